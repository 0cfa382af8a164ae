import {onMounted, onWillUnmount} from "@odoo/owl";
import {CalendarController} from "@web/views/calendar/calendar_controller";
import {BookingCalendarModel} from "./booking_calendar_model";
import {BookingCalendarRenderer} from "./booking_calendar_renderer";
import {browser} from "@web/core/browser/browser";
import {calendarView} from "@web/views/calendar/calendar_view";
import {registry} from "@web/core/registry";

// How often an agenda that is kept open looks for new appointments.
const LOOK_AGAIN = 120000;
// While somebody reads or drags, the picture stays as it is.
const AT_WORK =
    ".o_dialog, .o_popover, .fc-event-dragging, .fc-event-resizing, .fc-event-mirror";

class BookingCalendarController extends CalendarController {
    static template = "appointment_booking.CalendarController";

    setup() {
        super.setup();
        onMounted(() => {
            this.lookAgainId = browser.setInterval(() => this.lookAgain(), LOOK_AGAIN);
        });
        onWillUnmount(() => browser.clearInterval(this.lookAgainId));
    }

    get className() {
        return `${super.className} o_booking_agenda`;
    }

    async lookAgain() {
        if (
            document.visibilityState === "visible" &&
            !document.querySelector(AT_WORK)
        ) {
            await this.model.load();
        }
    }

    onClickNew() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.model.resModel,
            views: [[false, "form"]],
            context: this.props.context,
        });
    }
}

registry.category("views").add("booking_calendar", {
    ...calendarView,
    Controller: BookingCalendarController,
    Model: BookingCalendarModel,
    Renderer: BookingCalendarRenderer,
});
