import {onMounted, useExternalListener, useRef, useState} from "@odoo/owl";
import {CalendarCommonPopover} from "@web/views/calendar/calendar_common/calendar_common_popover";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {BookingChangeDialog} from "./booking_change_dialog";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {useService} from "@web/core/utils/hooks";

/** The card of an appointment: the main facts, and the next thing to do with it. */
export class BookingCalendarCard extends CalendarCommonPopover {
    static subTemplates = {
        popover: "appointment_booking.CalendarCard",
        body: "appointment_booking.CalendarCard.body",
        footer: "appointment_booking.CalendarCard.footer",
    };
    static props = {
        ...CalendarCommonPopover.props,
        // Opened by a mouse that rests on the appointment: the card stays while the mouse is on it.
        isHovered: {type: Boolean, optional: true},
        onEnter: {type: Function, optional: true},
        onLeave: {type: Function, optional: true},
        onDone: {type: Function, optional: true},
    };

    /** Odoo's own card swallows all presses while it is open; this one lets appointments be dragged. */
    setup() {
        this.dialog = useService("dialog");
        this.root = useRef("root");
        this.state = useState({isBusy: false});
        this.computeDateTimeAndDuration();
        if (this.props.isHovered) {
            return;
        }
        useExternalListener(window, "pointerdown", (ev) => this.onPressOutside(ev), {
            capture: true,
        });
        // Once the popover has noted where the keyboard was, to give it back there.
        onMounted(() =>
            browser.requestAnimationFrame(() =>
                this.root.el?.querySelector(".o_booking_action")?.focus()
            )
        );
    }

    /** A press beside the card closes it and does nothing else, unless it takes hold of an appointment. */
    onPressOutside(ev) {
        const isInCalendar = ev.target.closest?.(".o_calendar_widget");
        if (isInCalendar && !ev.target.closest(".fc-event")) {
            ev.preventDefault();
        }
    }

    get record() {
        return this.props.record;
    }
    get canChange() {
        return this.props.model.canEdit && this.record.rawRecord.can_change;
    }
    /** Whether somebody came is known on the day, not before. */
    get attendances() {
        if (!this.canChange || !this.record.isLive || !this.record.isToday) {
            return [];
        }
        const {selection} = this.props.model.fields.attendance;
        return selection.map(([value]) => ({
            ...this.props.model.getMark("attendance", value),
            isChosen: this.record.rawRecord.attendance === value,
        }));
    }
    get canHold() {
        return this.canChange && this.record.isPlanned && this.record.isToday;
    }
    get canCancel() {
        return this.canChange && this.record.isPlanned;
    }
    get canMove() {
        return this.record.isMovable && this.canChange;
    }

    /** Let the calendar give the keyboard back to the appointment. */
    done() {
        this.props.onDone?.(this.record.id);
    }

    /** Go on in a dialog, and from there back to the appointment. */
    openDialog(dialog, props) {
        this.props.close();
        this.dialog.add(dialog, props, {onClose: () => this.done()});
    }

    /** Do something once, however often it is pressed, and close the card. */
    async act(deed) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await deed();
            this.props.close();
            this.done();
        } finally {
            this.state.isBusy = false;
        }
    }

    /** One click notes it, another takes it back. Where the booker is told of an absence, that is said first. */
    async onAttendance({value, isChosen}) {
        const {model} = this.props;
        const mark = () => model.markRecord(this.record, isChosen ? false : value);
        if (value !== "absent" || isChosen) {
            await this.act(mark);
            return;
        }
        const terms = await model.getTerms(this.record, "absent");
        if (!terms.told.length && !terms.also.length) {
            await this.act(mark);
            return;
        }
        this.openDialog(ConfirmationDialog, {
            title: _t("Note the absence?"),
            body: [...terms.told, ...terms.also].join("\n"),
            confirmLabel: _t("Absent"),
            confirm: mark,
            cancelLabel: _t("Leave it"),
            cancel: () => null,
        });
    }

    onHeld() {
        return this.act(() => this.props.model.holdRecord(this.record));
    }

    onMove() {
        const {model} = this.props;
        const {record} = this;
        this.openDialog(BookingChangeDialog, {
            title: _t("Move %s", record.booker),
            confirmLabel: _t("Move"),
            start: record.start,
            end: record.end,
            canChoose: true,
            canTell: true,
            getTerms: (start, end) => model.getTerms(record, "move", start, end),
            confirm: (choice) => model.moveRecord(record, choice),
        });
    }

    async onCancel() {
        const {model} = this.props;
        const {record} = this;
        const terms = await model.getTerms(record, "cancel");
        this.openDialog(BookingChangeDialog, {
            title: _t("Cancel this appointment?"),
            body: _t("The slot becomes free again and the entry leaves the calendar."),
            confirmLabel: _t("Cancel the appointment"),
            keepLabel: _t("Keep it"),
            terms,
            isAhead: record.end > luxon.DateTime.now(),
            confirm: () => model.cancelRecord(record),
        });
    }
}
