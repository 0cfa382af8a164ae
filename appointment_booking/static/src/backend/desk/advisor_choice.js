import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

let counter = 0;

/** Who takes an appointment: the advisors there are, with how free each one is at that hour. */
export class BookingAdvisorChoice extends Component {
    static template = "appointment_booking.AdvisorChoice";
    static props = {...standardFieldProps};

    setup() {
        counter += 1;
        this.group = `booking_advisor_choice_${counter}`;
    }

    get advisors() {
        return this.props.record.data[this.props.name] || [];
    }

    isChosen(advisor) {
        return this.props.record.data.user_id?.id === advisor.id;
    }

    look(advisor) {
        return {
            free: "text-success",
            outside: "o_booking_quiet",
            close: "o_booking_quiet",
            busy: "text-warning-emphasis",
            taken: "text-danger",
        }[advisor.standing];
    }

    onChoose(advisor) {
        return this.props.record.update({
            user_id: {id: advisor.id, display_name: advisor.name},
        });
    }
}

registry.category("fields").add("booking_advisor_choice", {
    component: BookingAdvisorChoice,
    supportedTypes: ["json"],
    fieldDependencies: [{name: "user_id", type: "many2one", relation: "res.users"}],
});
