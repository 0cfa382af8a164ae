import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A star for the owner of the appointment; a click on another participant's star makes them the owner. */
export class BookingOwnerField extends Component {
    static template = "appointment_booking.OwnerField";
    static props = {...standardFieldProps};

    get isOwner() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        return this.isOwner ? _t("Owner") : _t("Make owner");
    }

    async onClick() {
        if (!this.isOwner) {
            await this.props.record.update({[this.props.name]: true});
        }
    }
}

const ANSWERS = {
    accepted: {icon: "fa-check-circle", colour: "success", label: _t("Accepts")},
    tentative: {icon: "fa-question-circle", colour: "warning", label: _t("Maybe")},
    declined: {icon: "fa-times-circle", colour: "danger", label: _t("Declines")},
};

/** What a participant answers: one click each; the answer is told by sign, colour and word. */
export class BookingAnswerField extends Component {
    static template = "appointment_booking.AnswerField";
    static props = {...standardFieldProps};

    get answers() {
        const answer = this.props.record.data[this.props.name];
        return Object.entries(ANSWERS).map(([value, look]) => ({
            ...look,
            value,
            isOn: value === answer,
        }));
    }

    get label() {
        const answer = this.props.record.data[this.props.name];
        return answer in ANSWERS ? ANSWERS[answer].label : _t("No answer");
    }

    /** A second click takes the answer back. */
    async onClick(value) {
        const isOn = this.props.record.data[this.props.name] === value;
        await this.props.record.update({
            [this.props.name]: isOn ? "needsAction" : value,
        });
    }
}

// In a list the rows are told to be read only until they are entered: one click has to do.
const extractProps = (fieldInfo, {readonly}) => ({readonly});

registry.category("fields").add("booking_owner", {
    component: BookingOwnerField,
    supportedTypes: ["boolean"],
    extractProps,
});
registry.category("fields").add("booking_answer", {
    component: BookingAnswerField,
    supportedTypes: ["selection"],
    extractProps,
});
