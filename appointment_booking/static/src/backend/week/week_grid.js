import {Component, onWillUnmount, useEffect, useRef, useState} from "@odoo/owl";
import {formatClock, formatHour, formatSpan, intoLanes, without} from "./week_utils";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

const SNAP = 30;
const FINE_SNAP = 15;
const NUDGE = 4;
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
        onDraw: Function,
        onMove: Function,
        editable: Boolean,
    };

    setup() {
        this.ui = useState(useService("ui"));
        this.root = useRef("root");
        this.drag = useState({day: null, from: 0, to: 0});
        this.onMove = this.onMove.bind(this);
        this.onUp = this.onUp.bind(this);
        this.onKey = this.onKey.bind(this);
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
                .flatMap((block) =>
                    // Hours that are closed are not drawn as open: what is seen can be booked.
                    block.kind === "open"
                        ? without({...block, full: block}, this.closedOn(day))
                        : [{...block, full: block}]
                )
                .map((block) => ({
                    ...block,
                    from: Math.max(block.from, first * 60),
                    to: Math.min(block.to, last * 60),
                }))
                .filter((block) => block.from < block.to)
        );
    }

    closedOn(day) {
        return this.props.blocks.filter(
            (block) => block.day === day && block.kind === "closed"
        );
    }

    blockStyle(block) {
        return `--from: ${block.from}; --to: ${block.to}; --lane: ${block.lane}; --lanes: ${block.lanes};`;
    }

    openTitle(block) {
        return [
            this.props.placeName(block.agency_id),
            formatSpan(block),
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
        const empty = ev.target === ev.currentTarget;
        if (ev.pointerType !== "mouse" || ev.button || !empty || !this.props.editable) {
            return;
        }
        this.column = ev.currentTarget;
        const minute = Math.floor(this.minuteAt(this.column, ev.clientY) / SNAP) * SNAP;
        this.startDrag(ev, {
            mode: "draw",
            day,
            origin: minute,
            from: minute,
            to: minute + SNAP,
        });
    }

    /** Taking hold of hours: at an edge to lengthen or shorten them, elsewhere to move them. */
    onGrab(ev, day, block) {
        if (ev.pointerType !== "mouse" || ev.button || !block.movable) {
            return;
        }
        this.column = ev.currentTarget.parentElement;
        this.startDrag(ev, {
            mode: ev.target.dataset.edge || "move",
            block,
            day,
            origin: this.minuteAt(this.column, ev.clientY),
            from: block.from,
            to: block.to,
        });
    }

    startDrag(ev, drag) {
        ev.preventDefault();
        this.begun = {x: ev.clientX, y: ev.clientY};
        this.moved = false;
        this.pending = drag;
        if (drag.mode === "draw") {
            Object.assign(this.drag, drag, {block: null});
        }
        window.addEventListener("pointermove", this.onMove);
        window.addEventListener("pointerup", this.onUp);
        window.addEventListener("keydown", this.onKey, {capture: true});
    }

    onMove(ev) {
        const {x, y} = this.begun;
        if (!this.moved && Math.hypot(ev.clientX - x, ev.clientY - y) < NUDGE) {
            return;
        }
        if (!this.moved) {
            this.moved = true;
            Object.assign(this.drag, this.pending);
        }
        const minute = this.minuteAt(this.column, ev.clientY);
        const {origin, block} = this.pending;
        const snap = (value) => Math.round(value / FINE_SNAP) * FINE_SNAP;
        if (this.drag.mode === "draw") {
            this.drag.from = Math.min(origin, Math.floor(minute / SNAP) * SNAP);
            this.drag.to = Math.max(origin + SNAP, Math.ceil(minute / SNAP) * SNAP);
        } else if (this.drag.mode === "start") {
            this.drag.from = Math.min(snap(minute), block.to - FINE_SNAP);
        } else if (this.drag.mode === "stop") {
            this.drag.to = Math.max(snap(minute), block.from + FINE_SNAP);
        } else {
            const [first, last] = this.props.hours;
            const length = block.to - block.from;
            const from = snap(block.from + minute - origin);
            this.drag.from = Math.min(Math.max(from, first * 60), last * 60 - length);
            this.drag.to = this.drag.from + length;
            this.drag.day = this.dayAt(ev.clientX) ?? this.drag.day;
        }
    }

    /** @returns {Number|undefined} the day whose column is there */
    dayAt(clientX) {
        const columns = [...this.root.el.querySelectorAll(".o_booking_week_column")];
        const column = columns.find((element) => {
            const {left, right} = element.getBoundingClientRect();
            return left <= clientX && clientX < right;
        });
        return column && Number(column.dataset.day);
    }

    onUp() {
        const {mode, block, day: origin} = this.pending;
        const {day, from, to} = this.drag;
        const moved = this.moved;
        this.stopDrag();
        if (mode === "draw") {
            this.draw(day, from, moved && to - from > SNAP ? to : null);
        } else if (moved) {
            // The click that follows is the end of the drag.
            this.swallow = true;
            setTimeout(() => (this.swallow = false));
            if (day !== origin || from !== block.from || to !== block.to) {
                this.props.onMove({block: block.full, piece: block, day, from, to});
            }
        }
    }

    onKey(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.stopDrag();
        }
    }

    stopDrag() {
        window.removeEventListener("pointermove", this.onMove);
        window.removeEventListener("pointerup", this.onUp);
        window.removeEventListener("keydown", this.onKey, {capture: true});
        Object.assign(this.drag, {day: null, block: null});
    }

    openBlock(ev, block) {
        if (!this.swallow) {
            // What is told and closed is the piece in sight.
            const {from, to} = block;
            this.props.onOpen({...block.full, from, to}, ev.currentTarget);
        }
    }

    isDragged(block) {
        const {block: dragged} = this.drag;
        return (
            dragged &&
            dragged.hours_id === block.hours_id &&
            dragged.day === block.day &&
            dragged.from === block.from
        );
    }

    /** A tap on a touch screen: dragging there scrolls. */
    onTap(ev, day) {
        const empty = ev.target === ev.currentTarget;
        if (ev.pointerType === "mouse" || !empty || !this.props.editable) {
            return;
        }
        const minute = this.minuteAt(ev.currentTarget, ev.clientY);
        this.draw(day, Math.floor(minute / SNAP) * SNAP, null);
    }

    draw(day, from, to) {
        const next = this.props.blocks
            .filter((block) => block.day === day && block.kind === "open")
            .filter((block) => block.from > from)
            .map((block) => block.from);
        this.props.onDraw({
            day,
            from,
            to: to || Math.min(from + DEFAULT_LENGTH, 1440, ...next),
        });
    }

    get dragLabel() {
        return formatSpan(this.drag);
    }
}
