import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {FormViewDialog} from "@web/views/view_dialogs/form_view_dialog";
import {KeepLast} from "@web/core/utils/concurrency";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {serializeDate} from "@web/core/l10n/dates";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {user} from "@web/core/user";
import {localization} from "@web/core/l10n/localization";
import {BookingWeekGrid} from "./week_grid";
import {BookingWeekTeam} from "./week_team";
import {visibleHours} from "./week_utils";

const {DateTime} = luxon;
const WEEKDAY_FIELDS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const PLACES = 6;

/** When advisors may be booked, and what is booked: the picture of a week. */
export class BookingWeekAction extends Component {
    static template = "appointment_booking.WeekAction";
    static components = {
        BookingWeekGrid,
        BookingWeekTeam,
        Dropdown,
        DropdownItem,
        Layout,
    };
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.ui = useState(useService("ui"));
        this.keepLast = new KeepLast();
        this.display = {controlPanel: {layoutActions: true}};
        const former = this.props.state || {};
        const today = DateTime.local().startOf("day");
        this.state = useState({
            start: former.start
                ? DateTime.fromISO(former.start)
                : this.startOfWeek(today),
            userIds: former.userIds || this.props.action?.params?.user_ids || [],
            day: former.day ?? (today.weekday - (localization.weekStart || 7) + 7) % 7,
            data: null,
            clock: 0,
        });
        useSetupAction({
            getLocalState: () => ({
                start: this.state.start.toISODate(),
                userIds: this.state.data.user_ids,
                day: this.state.day,
            }),
        });
        onWillStart(() => this.load());
        const timer = setInterval(() => this.state.clock++, 60000);
        onWillUnmount(() => clearInterval(timer));
    }

    startOfWeek(date) {
        const first = localization.weekStart || 7;
        return date.minus({days: (date.weekday - first + 7) % 7});
    }

    async load() {
        const data = await this.keepLast.add(
            this.orm.call("booking.availability", "get_week", [
                this.state.userIds,
                serializeDate(this.state.start),
            ])
        );
        this.state.userIds = data.user_ids;
        this.state.data = data;
    }

    // ------------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------------

    get advisors() {
        const {choices, user_ids: shown} = this.state.data;
        return choices.filter((choice) => shown.includes(choice.id));
    }

    get isSingle() {
        return this.state.data.user_ids.length === 1;
    }

    get pickerLabel() {
        return this.isSingle
            ? this.advisors[0].name
            : _t("%s advisors", this.advisors.length);
    }

    get periodLabel() {
        const {start} = this.state;
        const end = start.plus({days: 6});
        return luxon.Interval.fromDateTimes(start, end).toLocaleString({
            day: "numeric",
            month: this.ui.isSmall ? "short" : "long",
            year: "numeric",
        });
    }

    get days() {
        const today = DateTime.now().setZone(this.state.data.tz).toISODate();
        return this.state.data.days.map((iso, index) => {
            const date = DateTime.fromISO(iso);
            const full = date.toLocaleString({
                weekday: "long",
                day: "numeric",
                month: "long",
            });
            return {
                index,
                iso,
                isToday: iso === today,
                weekday: date.toLocaleString({weekday: "short"}),
                date: date.toLocaleString({day: "numeric", month: "short"}),
                number: date.day,
                full,
                addLabel: _t("Add hours on %s", full),
                fields: WEEKDAY_FIELDS[date.weekday - 1],
                hasHours: this.state.data.blocks.some(
                    (block) => block.day === index && block.kind === "open"
                ),
            };
        });
    }

    get shownDays() {
        return this.ui.isSmall
            ? this.days.filter((day) => day.index === this.state.day)
            : this.days;
    }

    get hours() {
        return visibleHours(this.state.data.blocks);
    }

    get now() {
        // Read to be rendered anew each minute.
        void this.state.clock;
        const now = DateTime.now().setZone(this.state.data.tz);
        const day = this.state.data.days.indexOf(now.toISODate());
        const minute = now.hour * 60 + now.minute;
        const [first, last] = this.hours;
        const inSight = first * 60 <= minute && minute < last * 60;
        return day >= 0 && inSight ? {day, minute} : null;
    }

    get hasOpenHours() {
        return this.state.data.blocks.some((block) => block.kind === "open");
    }

    get foreignZone() {
        const {tz} = this.state.data;
        return tz === (user.tz || DateTime.local().zoneName)
            ? ""
            : tz.replace("_", " ");
    }

    get legend() {
        const {agencies, blocks} = this.state.data;
        const places = agencies.filter((agency) =>
            blocks.some(
                (block) => block.kind === "open" && block.agency_id === agency.id
            )
        );
        const anywhere = blocks.some(
            (block) => block.kind === "open" && !block.agency_id
        );
        return [
            ...places,
            ...(anywhere ? [{id: false, name: this.placeName(false)}] : []),
        ];
    }

    placeClass(agencyId) {
        const found = this.state.data.agencies.find((agency) => agency.id === agencyId);
        return found
            ? `o_booking_place_${found.place % PLACES}`
            : "o_booking_place_any";
    }

    placeName(agencyId) {
        const found = this.state.data.agencies.find((agency) => agency.id === agencyId);
        return found ? found.name : _t("Every agency");
    }

    // ------------------------------------------------------------------
    // Choosing
    // ------------------------------------------------------------------

    move(weeks) {
        this.state.start = this.state.start.plus({weeks});
        return this.load();
    }

    goToday() {
        const today = DateTime.local().startOf("day");
        this.state.start = this.startOfWeek(today);
        this.state.day = today.diff(this.state.start, "days").days;
        return this.load();
    }

    choose(userIds) {
        this.state.userIds = userIds;
        return this.load();
    }

    toggle(userId) {
        const shown = this.state.data.user_ids;
        const others = shown.filter((id) => id !== userId);
        return this.choose(
            others.length === shown.length ? [...shown, userId] : others
        );
    }

    chooseAll() {
        return this.choose(this.state.data.choices.map((choice) => choice.id));
    }

    // ------------------------------------------------------------------
    // Opening and adding
    // ------------------------------------------------------------------

    open(block) {
        if (block.kind === "appointment") {
            return this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "booking.appointment",
                res_id: block.record_id,
                views: [[false, "form"]],
            });
        }
        return this.openHours({
            resId: block.record_id,
            title: block.kind === "closed" ? _t("Closed") : _t("Hours"),
            context: {booking_day: this.state.data.days[block.day]},
            removeRecord: () => this.remove(block),
        });
    }

    /**
     * @param {Object} place where the hours are to be: `day`, `from`, `to` in minutes, `userId`
     */
    add({day, from, to, userId}) {
        const shown = this.days[day];
        const weekdays = Object.fromEntries(
            WEEKDAY_FIELDS.map((name) => [`default_${name}`, name === shown.fields])
        );
        this.addHours(userId, [[from / 60, to / 60]], {
            ...weekdays,
            booking_day: shown.iso,
        });
    }

    /** Without a day in mind: office hours, from Monday to Friday, to begin with. */
    addFromButton() {
        this.addHours(null, [
            [9, 12],
            [14, 17],
        ]);
    }

    addHours(userId, ranges, context = {}) {
        this.openHours({
            title: _t("Add hours"),
            context: {
                ...context,
                default_user_id: userId || this.state.data.user_ids[0],
                default_hours_ids: ranges.map(([from, to]) => [
                    0,
                    0,
                    {hour_from: from, hour_to: to},
                ]),
            },
        });
    }

    async takeWorkingHours() {
        await this.orm.call(
            "booking.availability",
            "take_working_hours",
            this.state.data.user_ids
        );
        await this.load();
    }

    openHours(props) {
        this.dialog.add(FormViewDialog, {
            resModel: "booking.availability",
            size: "lg",
            canExpand: false,
            onRecordSaved: () => this.load(),
            ...props,
        });
    }

    remove(block) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Remove these hours?"),
            body: block.once
                ? _t("Appointments that are already booked stay.")
                : _t(
                      "They go from every week. Appointments that are already booked stay."
                  ),
            confirmLabel: _t("Remove"),
            confirm: async () => {
                await this.orm.unlink("booking.availability", [block.record_id]);
                await this.load();
            },
            cancelLabel: _t("Keep"),
            cancel: () => {},
        });
    }
}

registry.category("actions").add("booking_week", BookingWeekAction);
