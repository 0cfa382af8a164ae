import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {serializeDateTime} from "@web/core/l10n/dates";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** From the window to the form of an appointment without a type, with what is known already. */
export class BookingDeskOwn extends Component {
    static template = "appointment_booking.DeskOwn";
    static props = {...standardWidgetProps};

    setup() {
        this.action = useService("action");
    }

    onClick() {
        const {
            asked_user_id: asked,
            clicked,
            partner_id: partner,
            start,
        } = this.props.record.data;
        const hour = start || clicked;
        const context = {};
        if (hour) {
            context.default_start = serializeDateTime(hour);
        }
        if (partner) {
            context.default_partner_id = partner.id;
        }
        if (asked) {
            context.default_user_id = asked.id;
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "booking.appointment",
            views: [[false, "form"]],
            context,
        });
    }
}

registry.category("view_widgets").add("booking_desk_own", {
    component: BookingDeskOwn,
    fieldDependencies: [
        {name: "start", type: "datetime"},
        {name: "clicked", type: "datetime"},
        {name: "partner_id", type: "many2one", relation: "res.partner"},
        {name: "asked_user_id", type: "many2one", relation: "res.users"},
    ],
});
