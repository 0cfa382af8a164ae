import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {registry} from "@web/core/registry";

/** Appointments on a contact: a click opens the appointment as a whole, with all that can be done there. */
export class BookingOpenAppointments extends X2ManyField {
    async openRecord(record) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: record.resModel,
            res_id: record.resId,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("booking_open_appointments", {
    ...x2ManyField,
    component: BookingOpenAppointments,
});
