import {CalendarCommonRenderer} from "@web/views/calendar/calendar_common/calendar_common_renderer";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {BookingCalendarCard} from "./booking_calendar_card";
import {BookingChangeDialog, readRefusal} from "./booking_change_dialog";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {getColor} from "@web/views/calendar/utils";
import {is24HourFormat} from "@web/core/l10n/time";
import {isMobileOS} from "@web/core/browser/feature_detection";
import {onWillUnmount, useEffect} from "@odoo/owl";
import {usePopover} from "@web/core/popover/popover_hook";
import {useService} from "@web/core/utils/hooks";

// After how long a mouse that rests on an appointment opens its card, and how long the way to the card may take.
const REST = 450;
const GRACE = 250;

export class BookingCalendarCommonRenderer extends CalendarCommonRenderer {
    static components = {
        ...CalendarCommonRenderer.components,
        Popover: BookingCalendarCard,
    };
    static eventTemplate = "appointment_booking.CalendarEvent";

    setup() {
        super.setup();
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.cardClass = "";
        const options = {
            position: "right",
            extendedFlipping: true,
            setActiveElement: false,
            animation: false,
        };
        Object.defineProperty(options, "popoverClass", {get: () => this.cardClass});
        this.hoverCard = usePopover(BookingCalendarCard, options);
        this.isDragging = false;
        this.doneId = null;
        onWillUnmount(() => this.forgetHover());
        useEffect(() => this.focusDone());
    }

    /** Appointments are short and lie within the working day. */
    get options() {
        return {
            ...super.options,
            allDaySlot: false,
            eventDragStop: () => this.onDragStop(),
            eventResizeStop: () => this.onDragStop(),
            scrollTime: "08:00:00",
            slotDuration: "00:15:00",
            // What is booked twice lies side by side.
            slotEventOverlap: false,
            slotLabelInterval: "01:00:00",
        };
    }

    /** There is no row for whole days: what is longer is drawn where its hours are. */
    convertRecordToEvent(record) {
        const {id, title, start, end, isMovable} = record;
        return {
            id,
            title,
            start: start.toISO(),
            end: end.toISO(),
            allDay: false,
            editable: isMovable,
        };
    }

    getStartTime(record) {
        return record.start.toFormat(is24HourFormat() ? "HH:mm" : "h:mm a");
    }

    onEventDidMount({el, event}) {
        super.onEventDidMount(...arguments);
        const record = this.props.model.records[event.id];
        el.setAttribute("role", "button");
        el.setAttribute("aria-haspopup", "dialog");
        el.classList.toggle("o_booking_movable", Boolean(record?.isMovable));
    }

    // Cards

    getPopoverProps(record) {
        return {...super.getPopoverProps(record), onDone: (id) => this.returnTo(id)};
    }

    openPopover(target, record) {
        this.forgetHover();
        super.openPopover(target, record);
    }

    openHoverCard(target, record) {
        if (!target.isConnected || !record || this.isDragging) {
            return;
        }
        this.cardClass = `o_cw_popover card o_calendar_color_${getColor(record.colorIndex) || 0}`;
        this.hoverCard.open(target, {
            ...this.getPopoverProps(record),
            isHovered: true,
            onEnter: () => browser.clearTimeout(this.hoverTimeoutId),
            onLeave: () => this.leaveLater(),
        });
    }

    forgetHover() {
        browser.clearTimeout(this.hoverTimeoutId);
        this.hoverCard.close();
    }

    leaveLater() {
        browser.clearTimeout(this.hoverTimeoutId);
        this.hoverTimeoutId = browser.setTimeout(() => this.hoverCard.close(), GRACE);
    }

    onEventMouseEnter(info) {
        super.onEventMouseEnter(info);
        const canHover = !this.env.isSmall && !isMobileOS();
        const isElsewhere =
            info.el.closest(".fc-popover") ||
            document.querySelector(".o_booking_card_pinned");
        if (canHover && !isElsewhere && !this.isDragging) {
            browser.clearTimeout(this.hoverTimeoutId);
            this.hoverTimeoutId = browser.setTimeout(
                () =>
                    this.openHoverCard(
                        info.el,
                        this.props.model.records[info.event.id]
                    ),
                REST
            );
        }
    }

    onEventMouseLeave(info) {
        super.onEventMouseLeave(info);
        this.leaveLater();
    }

    /** Whoever acted in a card goes on from its appointment, also when the calendar has drawn it anew meanwhile. */
    returnTo(id) {
        this.doneId = id;
        this.focusDone();
        browser.setTimeout(() => (this.doneId = null), 1000);
    }

    focusDone() {
        const id = this.doneId;
        if (id) {
            browser.requestAnimationFrame(() =>
                this.fc.el?.querySelector(`[data-event-id="${id}"]`)?.focus()
            );
        }
    }

    // Dragging

    onEventDragStart(info) {
        this.onDragStart();
        super.onEventDragStart(info);
    }

    onEventResizeStart(info) {
        this.onDragStart();
        super.onEventResizeStart(info);
    }

    onDragStart() {
        this.isDragging = true;
        this.forgetHover();
        this.popover.close();
    }

    onDragStop() {
        this.isDragging = false;
    }

    onEventDrop(info) {
        this.fc.api.unselect();
        return this.askToMove(info);
    }

    onEventResize(info) {
        this.fc.api.unselect();
        return this.askToMove(info);
    }

    /** Nothing is written before somebody has read what will happen; whatever keeps it from happening puts it back. */
    async askToMove(info) {
        const {model} = this.props;
        const record = model.records[info.event.id];
        const {start, end} = this.fcEventToRecord(info.event);
        const putBack = () => info.revert();
        const refuse = (reason) => {
            putBack();
            this.notification.add(reason, {title: _t("Not moved"), type: "danger"});
        };
        let terms = null;
        try {
            terms = await model.getTerms(record, "move", start, end);
        } catch (error) {
            refuse(this.readReason(error, putBack));
            return model.load();
        }
        if (terms.refusal) {
            return refuse(terms.refusal);
        }
        this.dialog.add(BookingChangeDialog, {
            title: terms.question,
            body: record.title,
            confirmLabel: start.equals(record.start) ? _t("Save") : _t("Move"),
            canTell: true,
            terms,
            confirm: async (choice) => {
                try {
                    await model.moveRecord(record, {...choice, start, end});
                } catch (error) {
                    refuse(this.readReason(error, putBack));
                    await model.load();
                }
            },
            dismiss: putBack,
        });
    }

    readReason(error, putBack) {
        try {
            return readRefusal(error);
        } catch (unknown) {
            putBack();
            throw unknown;
        }
    }
}

export class BookingCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: BookingCalendarCommonRenderer,
        week: BookingCalendarCommonRenderer,
        month: BookingCalendarCommonRenderer,
    };
}
