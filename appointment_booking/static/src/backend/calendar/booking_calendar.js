import {CalendarCommonPopover} from "@web/views/calendar/calendar_common/calendar_common_popover";
import {CalendarCommonRenderer} from "@web/views/calendar/calendar_common/calendar_common_renderer";
import {CalendarModel} from "@web/views/calendar/calendar_model";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {calendarView} from "@web/views/calendar/calendar_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** The card of an appointment: the main facts, and the next thing to do with it. */
class BookingCalendarPopover extends CalendarCommonPopover {
    static subTemplates = {
        ...CalendarCommonPopover.subTemplates,
        footer: "appointment_booking.CalendarPopover.footer",
    };

    setup() {
        super.setup();
        this.orm = useService("orm");
    }

    get isPlanned() {
        return this.props.record.rawRecord.state === "planned";
    }

    async onHeld() {
        const {model, record} = this.props;
        await this.orm.call(model.resModel, "action_done", [[record.id]]);
        this.props.close();
        await model.load();
    }
}

class BookingCalendarCommonRenderer extends CalendarCommonRenderer {
    static components = {
        ...CalendarCommonRenderer.components,
        Popover: BookingCalendarPopover,
    };
    static eventTemplate = "appointment_booking.CalendarEvent";
}

class BookingCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: BookingCalendarCommonRenderer,
        week: BookingCalendarCommonRenderer,
        month: BookingCalendarCommonRenderer,
    };
}

class BookingCalendarModel extends CalendarModel {
    /**
     * A move by hand would not tell the booker: appointments are moved in their form.
     */
    get canEdit() {
        return false;
    }

    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        record.isStriked = rawRecord.state === "cancelled";
        return record;
    }
}

registry.category("views").add("booking_calendar", {
    ...calendarView,
    Model: BookingCalendarModel,
    Renderer: BookingCalendarRenderer,
});
