import {browser} from "@web/core/browser/browser";
import {CalendarController} from "@web/views/calendar/calendar_controller";
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

    /** Appointments are short and lie within the working day. */
    get options() {
        return {
            ...super.options,
            allDaySlot: false,
            scrollTime: "08:00:00",
            slotDuration: "00:15:00",
            slotLabelInterval: "01:00:00",
        };
    }
}

class BookingCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: BookingCalendarCommonRenderer,
        week: BookingCalendarCommonRenderer,
        month: BookingCalendarCommonRenderer,
    };
}

class BookingCalendarController extends CalendarController {
    static template = "appointment_booking.CalendarController";

    onClickNew() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.model.resModel,
            views: [[false, "form"]],
            context: this.props.context,
        });
    }
}

class BookingCalendarModel extends CalendarModel {
    /**
     * A move by hand would not tell the booker: appointments are moved in their form.
     */
    get canEdit() {
        return false;
    }

    /** On a phone a day at a time, until somebody chooses otherwise. */
    getLocalStorageScale() {
        const isChosen = browser.localStorage.getItem(this.storageKey);
        return !isChosen && this.env.isSmall ? "day" : super.getLocalStorageScale();
    }

    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        record.isStriked = rawRecord.state === "cancelled";
        return record;
    }
}

registry.category("views").add("booking_calendar", {
    ...calendarView,
    Controller: BookingCalendarController,
    Model: BookingCalendarModel,
    Renderer: BookingCalendarRenderer,
});
