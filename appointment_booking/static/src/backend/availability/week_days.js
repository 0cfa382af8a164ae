import {registry} from "@web/core/registry";
import {WeekDays, weekDays} from "@web/views/widgets/week_days/week_days";

/** Weekdays as toggle buttons: one look tells which are on, also on a phone. */
export class BookingWeekDays extends WeekDays {
    static template = "appointment_booking.WeekDays";
}

registry.category("view_widgets").add("booking_week_days", {
    ...weekDays,
    component: BookingWeekDays,
});
