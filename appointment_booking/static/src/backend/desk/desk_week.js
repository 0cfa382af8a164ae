import {Component} from "@odoo/owl";
import {
    deserializeDate,
    deserializeDateTime,
    serializeDateTime,
} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** The free slots of a week: a column for each day, a button for each hour. The server says what is free. */
export class BookingDeskWeek extends Component {
    static template = "appointment_booking.DeskWeek";
    static props = {...standardFieldProps};

    get week() {
        return this.props.record.data[this.props.name] || {days: []};
    }

    get hasSlots() {
        return this.week.days.some((day) => day.slots.length);
    }

    isChosen(slot) {
        const {start} = this.props.record.data;
        return Boolean(start) && serializeDateTime(start) === slot.start;
    }

    tell(slot) {
        return _t("%(hour)s, free: %(advisors)s", {
            hour: slot.label,
            advisors: slot.advisors,
        });
    }

    onChoose(slot) {
        return this.props.record.update({start: deserializeDateTime(slot.start)});
    }

    onTurn(day) {
        return this.props.record.update({day: deserializeDate(day)});
    }
}

registry.category("fields").add("booking_desk_week", {
    component: BookingDeskWeek,
    supportedTypes: ["json"],
    fieldDependencies: [
        {name: "start", type: "datetime"},
        {name: "day", type: "date"},
    ],
});
