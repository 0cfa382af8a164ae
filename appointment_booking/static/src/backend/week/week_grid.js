import {Component, onWillUnmount, useEffect, useRef, useState} from "@odoo/owl";
import {formatClock, formatHour, formatSpan, intoLanes} from "./week_utils";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

const SNAP = 30;
const DEFAULT_LENGTH = 180;

/** One advisor's week: days as columns, hours from top to bottom. */
export class BookingWeekGrid extends Component {
    static template = "appointment_booking.WeekGrid";
    static props = {
        days: Array,
        blocks: Array,
        hours: Array,
        now: {type: [Object, {value: null}]},
        placeClass: Function,
        placeName: Function,
        onOpen: Function,
        onAdd: Function,
    };

    setup() {
        this.ui = useState(useService("ui"));
        this.root = useRef("root");
        this.drag = useState({day: null, from: 0, to: 0});
        this.onMove = this.onMove.bind(this);
        this.onUp = this.onUp.bind(this);
        onWillUnmount(() => this.stopDrag());
        // The working day comes into sight first, whatever lies before it.
        useEffect(
            () => {
                const scroller = this.root.el.closest(".o_content");
                if (scroller && this.props.hours[0] < 7) {
                    const hour = this.root.el.querySelector(".o_booking_week_hour");
                    scroller.scrollTop =
                        (7 - this.props.hours[0]) * (hour ? hour.offsetHeight : 0);
                }
            },
            () => [this.props.hours[0]]
        );
    }

    get hourLabels() {
        const [first, last] = this.props.hours;
        return Array.from({length: last - first}, (_, index) => ({
            hour: first + index,
            label: formatHour(first + index),
        }));
    }

    get style() {
        const [first, last] = this.props.hours;
        return `--first: ${first * 60}; --hours: ${last - first};`;
    }

    /**
     * @param {Number} day
     * @param {...String} kinds
     * @returns {Object[]} the blocks of these kinds, in lanes, as far as they are in sight
     */
    blocksOf(day, ...kinds) {
        const [first, last] = this.props.hours;
        return intoLanes(
            this.props.blocks
                .filter((block) => block.day === day && kinds.includes(block.kind))
                .map((block) => ({
                    ...block,
                    from: Math.max(block.from, first * 60),
                    to: Math.min(block.to, last * 60),
                    full: block,
                }))
                .filter((block) => block.from < block.to)
        );
    }

    blockStyle(block) {
        return `--from: ${block.from}; --to: ${block.to}; --lane: ${block.lane}; --lanes: ${block.lanes};`;
    }

    openTitle(block) {
        return [
            this.props.placeName(block.agency_id),
            formatSpan(block.full),
            block.once ? _t("on this date") : "",
            block.note,
        ]
            .filter(Boolean)
            .join(" · ");
    }

    closedTitle(block) {
        const whole = block.full.from === 0 && block.full.to === 1440;
        return [
            whole ? _t("Closed") : _t("Closed %s", formatSpan(block.full)),
            block.note,
        ]
            .filter(Boolean)
            .join(" · ");
    }

    takenTitle(block) {
        const titles = {busy: _t("Busy"), hold: _t("Being booked")};
        return [formatSpan(block.full), titles[block.kind] || block.name, block.what]
            .filter(Boolean)
            .join(" · ");
    }

    formatFrom(block) {
        return formatClock(block.full.from);
    }

    // ------------------------------------------------------------------
    // Adding hours: a click, or dragging over empty time
    // ------------------------------------------------------------------

    minuteAt(column, clientY) {
        const {top, height} = column.getBoundingClientRect();
        const [first, last] = this.props.hours;
        const share = Math.min(Math.max((clientY - top) / height, 0), 1);
        return first * 60 + share * (last - first) * 60;
    }

    onDown(ev, day) {
        if (ev.pointerType !== "mouse" || ev.button || ev.target !== ev.currentTarget) {
            return;
        }
        ev.preventDefault();
        this.column = ev.currentTarget;
        const minute = Math.floor(this.minuteAt(this.column, ev.clientY) / SNAP) * SNAP;
        Object.assign(this.drag, {
            day,
            origin: minute,
            from: minute,
            to: minute + SNAP,
        });
        this.moved = false;
        window.addEventListener("pointermove", this.onMove);
        window.addEventListener("pointerup", this.onUp);
    }

    onMove(ev) {
        const minute = this.minuteAt(this.column, ev.clientY);
        const {origin} = this.drag;
        this.drag.from = Math.min(origin, Math.floor(minute / SNAP) * SNAP);
        this.drag.to = Math.max(origin + SNAP, Math.ceil(minute / SNAP) * SNAP);
        this.moved = this.moved || this.drag.to - this.drag.from > SNAP;
    }

    onUp() {
        const {day, from, to} = this.drag;
        const moved = this.moved;
        this.stopDrag();
        this.add(day, from, moved ? to : null);
    }

    stopDrag() {
        window.removeEventListener("pointermove", this.onMove);
        window.removeEventListener("pointerup", this.onUp);
        this.drag.day = null;
    }

    /** A tap on a touch screen: dragging there scrolls. */
    onTap(ev, day) {
        if (ev.pointerType === "mouse" || ev.target !== ev.currentTarget) {
            return;
        }
        const minute = this.minuteAt(ev.currentTarget, ev.clientY);
        this.add(day, Math.floor(minute / SNAP) * SNAP, null);
    }

    add(day, from, to) {
        const next = this.props.blocks
            .filter((block) => block.day === day && block.kind === "open")
            .filter((block) => block.from > from)
            .map((block) => block.from);
        this.props.onAdd({
            day,
            from,
            to: to || Math.min(from + DEFAULT_LENGTH, 1440, ...next),
        });
    }

    get dragLabel() {
        return formatSpan(this.drag);
    }
}
