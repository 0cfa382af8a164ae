import "../calendar/booking_calendar";
import {serializeDate, serializeDateTime} from "@web/core/l10n/dates";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";

/** From the agenda staff book for somebody in one window, too: at the hour that was clicked. */
patch(registry.category("views").get("booking_calendar").Controller.prototype, {
    onClickBook() {
        const {date, rangeEnd, rangeStart} = this.model;
        const now = luxon.DateTime.now();
        // In another period than the present one, what is looked at is meant; else the first free day.
        const isElsewhere = now < rangeStart || now > rangeEnd;
        return this.openDesk(isElsewhere ? {default_day: serializeDate(date)} : {});
    },

    createRecord(record) {
        if (!this.model.canCreate) {
            return null;
        }
        const {isAllDay, start} = record;
        return this.openDesk(
            isAllDay
                ? {default_day: serializeDate(start)}
                : {default_start: serializeDateTime(start)}
        );
    },

    /** Whose appointments alone are shown, if all the others are unticked. */
    get shownAdvisor() {
        const filters = this.model.data.filterSections.user_id?.filters || [];
        const shown = filters.filter(
            ({active, value}) => active && typeof value === "number"
        );
        return filters.length > 1 && shown.length === 1 ? shown[0].value : false;
    },

    openDesk(defaults) {
        const advisor = this.shownAdvisor;
        return this.action.doAction("appointment_booking.booking_desk_action", {
            additionalContext: {
                ...this.props.context,
                ...defaults,
                ...(advisor && {default_asked_user_id: advisor}),
            },
            onClose: () => this.model.load(),
        });
    },
});
