import {CalendarModel} from "@web/views/calendar/calendar_model";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {serializeDateTime} from "@web/core/l10n/dates";

/** How a state or an attendance looks: an icon and one of the theme's colours. Its word comes from the server. */
const MARKS = {
    state: {
        hold: {icon: "fa-hourglass-half", color: "text-bg-warning"},
        planned: {icon: "fa-clock-o", color: "text-bg-info"},
        done: {icon: "fa-check", color: "text-bg-success"},
        cancelled: {icon: "fa-times", color: "text-bg-secondary"},
    },
    attendance: {
        came: {icon: "fa-user", color: "text-bg-success"},
        excused: {icon: "fa-envelope-open-o", color: "text-bg-warning"},
        absent: {icon: "fa-user-times", color: "text-bg-danger"},
    },
};
const UNTICKED = "booking_agenda_unticked";

export class BookingCalendarModel extends CalendarModel {
    /** On a phone a day at a time, until somebody chooses otherwise. */
    getLocalStorageScale() {
        const isChosen = browser.localStorage.getItem(this.storageKey);
        return !isChosen && this.env.isSmall ? "day" : super.getLocalStorageScale();
    }

    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(rawRecord);
        const {state, type_id: type, reason_id: reason, agency_id: agency} = rawRecord;
        const isLive = state === "planned" || state === "done";
        const now = luxon.DateTime.now();
        return Object.assign(record, {
            isStriked: state === "cancelled",
            marks: [
                this.getMark("state", state),
                isLive && this.getMark("attendance", rawRecord.attendance),
            ].filter(Boolean),
            booker: rawRecord.booker_name || record.title,
            what: (reason || type || [])[1],
            where: agency && agency[1],
            isShort: record.end.diff(record.start, "minutes").minutes < 25,
            isToday: record.start < now.endOf("day"),
            isLive,
            isPlanned: state === "planned",
            isMovable:
                this.canEdit &&
                rawRecord.can_change &&
                state === "planned" &&
                record.start > now,
        });
    }

    getMark(fieldName, value) {
        const mark = MARKS[fieldName][value];
        const words = Object.fromEntries(this.fields[fieldName].selection);
        return mark && {...mark, name: fieldName, value, label: words[value]};
    }

    // What can be done

    call(method, id, ...args) {
        const context = {...this.meta.context, tz: luxon.Settings.defaultZone.name};
        return this.orm.call(this.resModel, method, [[id], ...args], {context});
    }

    getTerms(record, change, start, end) {
        const span = start ? [serializeDateTime(start), serializeDateTime(end)] : [];
        return this.call("get_change_terms", record.id, change, ...span);
    }

    async moveRecord(record, {start, end, tell, outsideReason}) {
        await this.call(
            "action_move",
            record.id,
            serializeDateTime(start),
            serializeDateTime(end),
            tell,
            record.rawRecord.start,
            outsideReason
        );
        await this.load();
    }

    async markRecord(record, attendance) {
        await this.orm.write(this.resModel, [record.id], {attendance});
        await this.load();
    }

    async holdRecord(record) {
        await this.call("action_done", record.id);
        await this.load();
    }

    async cancelRecord(record) {
        await this.call("action_cancel", record.id);
        await this.load();
    }

    // Filters

    /** What was unticked stays so in other weeks and after a look at a form, until the browser's tab is closed. */
    getUnticked() {
        try {
            return JSON.parse(browser.sessionStorage.getItem(UNTICKED)) || {};
        } catch {
            return {};
        }
    }

    async updateFilters(fieldName, filters, active) {
        const unticked = this.getUnticked();
        const values = new Set(unticked[fieldName] || []);
        for (const {value} of filters) {
            values[active ? "delete" : "add"](value);
        }
        unticked[fieldName] = [...values];
        browser.sessionStorage.setItem(UNTICKED, JSON.stringify(unticked));
        await super.updateFilters(...arguments);
    }

    makeFilterDynamic(filterInfo, previousFilter, fieldName, ...args) {
        const filter = super.makeFilterDynamic(
            filterInfo,
            previousFilter,
            fieldName,
            ...args
        );
        if (!previousFilter) {
            filter.active = !(this.getUnticked()[fieldName] || []).includes(
                filter.value
            );
        }
        if (!filter.value) {
            const nothing = {
                agency_id: _t("No agency"),
                type_id: _t("No appointment type"),
            };
            filter.label = nothing[fieldName] || filter.label;
        }
        return filter;
    }
}
