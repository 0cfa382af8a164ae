import {formatClock, formatSpan} from "./week_utils";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const LISTED = 4;

/** The week of several advisors: one row each, the hours of each day as a bar and in words. */
export class BookingWeekTeam extends Component {
    static template = "appointment_booking.WeekTeam";
    static props = {
        advisors: Array,
        days: Array,
        blocks: Array,
        hours: Array,
        now: {type: [Object, {value: null}]},
        placeClass: Function,
        placeName: Function,
        onOpen: Function,
        onAdd: Function,
        onChoose: Function,
    };

    cellOf(advisor, day) {
        const blocks = this.props.blocks.filter(
            (block) => block.user_id === advisor.id && block.day === day.index
        );
        const of = (...kinds) => blocks.filter((block) => kinds.includes(block.kind));
        const closed = of("closed");
        const isOff = (block) =>
            closed.some((other) => other.from <= block.from && block.to <= other.to);
        return {
            open: of("open")
                .sort((a, b) => a.from - b.from)
                .map((block) => ({...block, isOff: isOff(block)})),
            closed,
            taken: of("appointment", "busy", "hold"),
            ...this.listed(of("appointment").sort((a, b) => a.from - b.from)),
        };
    }

    barStyle(block) {
        const [first, last] = this.props.hours.map((hour) => hour * 60);
        const from = Math.max(block.from, first);
        const to = Math.min(block.to, last);
        const share = (minutes) => ((100 * minutes) / (last - first)).toFixed(2);
        return `left: ${share(from - first)}%; width: ${share(Math.max(to - from, 0))}%;`;
    }

    openText(block) {
        return formatSpan(block);
    }

    lineClass(block) {
        return {
            [this.props.placeClass(block.agency_id)]: true,
            o_booking_line_off: block.isOff,
        };
    }

    closedText(block) {
        const whole = block.from === 0 && block.to === 1440;
        return [whole ? _t("Closed") : _t("Closed %s", formatSpan(block)), block.note]
            .filter(Boolean)
            .join(" · ");
    }

    /** A full day would push the others out of sight: the rest is in the week of the advisor alone. */
    listed(appointments) {
        const all = appointments.length <= LISTED + 1;
        const shown = all ? appointments : appointments.slice(0, LISTED);
        return {appointments: shown, more: appointments.length - shown.length};
    }

    appointmentTitle(block) {
        return [formatSpan(block), block.name, block.what].filter(Boolean).join(" · ");
    }

    formatFrom(block) {
        return formatClock(block.from);
    }

    moreText(count) {
        return _t("%s more", count);
    }

    get axis() {
        const [first, last] = this.props.hours;
        return `${formatClock(first * 60)}–${formatClock(last * 60)}`;
    }
}
