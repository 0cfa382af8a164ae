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
import {usePopover} from "@web/core/popover/popover_hook";
import {BookingWeekCard} from "./week_card";
import {BookingWeekChoice} from "./week_choice";
import {BookingWeekGrid} from "./week_grid";
import {BookingWeekTeam} from "./week_team";
import {formatSpan, visibleHours} from "./week_utils";

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
        this.notification = useService("notification");
        this.ui = useState(useService("ui"));
        this.card = usePopover(BookingWeekCard, {
            // On a phone there is no room beside what was tapped.
            position: this.ui.isSmall ? "bottom-end" : "right-start",
            popoverClass: "o_booking_card_popover",
        });
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
            filters: former.filters || this.props.action?.params?.filters || {},
            data: null,
            clock: 0,
        });
        // Where one is going; the picture and its heading follow together, once the week is there.
        this.start = this.state.start;
        useSetupAction({
            getLocalState: () => ({
                start: this.state.start.toISODate(),
                userIds: this.state.userIds,
                filters: {...this.state.filters},
                day: this.state.day,
            }),
        });
        onWillStart(() => this.load());
        const timer = setInterval(() => this.state.clock++, 60000);
        onWillUnmount(() => {
            clearInterval(timer);
            this.closeUndo?.();
        });
    }

    startOfWeek(date) {
        const first = localization.weekStart || 7;
        return date.minus({days: (date.weekday - first + 7) % 7});
    }

    async load() {
        const {start} = this;
        const data = await this.keepLast.add(
            this.orm.call("booking.availability", "get_week", [
                this.state.userIds,
                serializeDate(start),
                {...this.state.filters},
            ])
        );
        this.state.start = start;
        // Of a team or a filter, the next week may show others.
        const {team_id: team, agency_id: agency, type_id: type} = this.state.filters;
        if (!team && !agency && !type) {
            this.state.userIds = data.user_ids;
        }
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

    isEditable(userId) {
        return this.state.data.choices.some(
            (choice) => choice.id === userId && choice.editable
        );
    }

    get canAdd() {
        return this.advisors.some((advisor) => advisor.editable);
    }

    /** @returns {Object[]} the filters beside the advisors, as far as there is something to choose */
    get filters() {
        const {places, types, choices} = this.state.data;
        const several = choices.length > 1;
        return [
            {name: "agency_id", all: _t("Every agency"), options: places},
            {name: "type_id", all: _t("Every type"), options: types},
        ]
            .filter(({options}) => several && options.length > 1)
            .map((filter) => ({
                ...filter,
                current: filter.options.find(
                    (option) => option.id === this.state.filters[filter.name]
                ),
            }));
    }

    get isFiltered() {
        return this.filters.some((filter) => filter.current);
    }

    get team() {
        return this.state.data.teams.find(
            (team) => team.id === this.state.filters.team_id
        );
    }

    get pickerLabel() {
        if (this.team) {
            return this.team.name;
        }
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
                weekdayFull: date.toLocaleString({weekday: "long"}),
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
        return visibleHours(this.state.data.blocks, this.isSingle ? [7, 19] : [8, 18]);
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
        this.start = this.start.plus({weeks});
        return this.load();
    }

    async goToday() {
        const today = DateTime.local().startOf("day");
        this.start = this.startOfWeek(today);
        await this.load();
        this.state.day = today.diff(this.start, "days").days;
    }

    choose(userIds) {
        this.state.userIds = userIds;
        this.state.filters.team_id = false;
        return this.load();
    }

    /** One of those shown, out of a team or a filter, which it need not stand. */
    chooseOne(userId) {
        this.state.filters = {};
        return this.choose([userId]);
    }

    chooseTeam(teamId) {
        this.state.userIds = [];
        this.state.filters.team_id = teamId;
        return this.load();
    }

    filterBy(name, value) {
        this.state.filters[name] = value;
        return this.load();
    }

    chooseAll() {
        return this.choose(this.state.data.choices.map((choice) => choice.id));
    }

    // ------------------------------------------------------------------
    // Opening and adding
    // ------------------------------------------------------------------

    /**
     * @param {Object} block
     * @param {HTMLElement} target what was clicked
     */
    open(block, target) {
        if (block.kind === "appointment") {
            return this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "booking.appointment",
                res_id: block.record_id,
                views: [[false, "form"]],
            });
        }
        this.card.open(target, {
            title: this.blockTitle(block),
            lines: this.blockLines(block),
            actions: block.editable ? this.blockActions(block) : [],
        });
    }

    blockTitle(block) {
        const whole = block.from === 0 && block.to === 1440;
        const day = this.days[block.day].full;
        return whole ? day : _t("%(day)s, %(hours)s", {day, hours: formatSpan(block)});
    }

    blockLines(block) {
        const closed = block.kind === "closed";
        const advisor = this.advisors.find((choice) => choice.id === block.user_id);
        return [
            this.isSingle ? "" : advisor.name,
            closed ? _t("Closed") : this.placeName(block.agency_id),
            closed ? "" : this.holds(block),
            block.types ? _t("Only for: %s", block.types) : "",
            block.note,
        ].filter(Boolean);
    }

    holds(block) {
        if (!block.once) {
            return _t("Every week");
        }
        return block.single ? _t("On this date only") : _t("On several dates");
    }

    blockActions(block) {
        const {full, iso} = this.days[block.day];
        const closed = block.kind === "closed";
        const actions = [
            {
                name: "change",
                label: _t("Change"),
                run: () =>
                    this.openHours({
                        resId: block.record_id,
                        title: closed ? _t("Closed") : _t("Hours"),
                        context: {booking_day: iso},
                        removeRecord: () => this.remove(block),
                    }),
            },
        ];
        if (!closed && !block.single) {
            actions.push({
                name: "close",
                label: _t("Close on this date only"),
                run: () =>
                    this.change(
                        "close_in_week",
                        [block.user_id, iso, block.from, block.to, this.state.data.tz],
                        _t("Closed on %s.", full)
                    ),
            });
        }
        actions.push({
            name: "remove",
            label: closed ? _t("Open again") : _t("Remove"),
            run: () => (block.single ? this.removeNow(block) : this.remove(block)),
        });
        return actions;
    }

    // ------------------------------------------------------------------
    // Changing with the mouse
    // ------------------------------------------------------------------

    /**
     * Make a change and offer to take it back.
     *
     * @param {String} method of `booking.availability`, which returns how to undo it
     * @param {Array} args
     * @param {String} message what has been done
     */
    async change(method, args, message) {
        const undo = await this.orm.call("booking.availability", method, args);
        await this.load();
        this.closeUndo?.();
        this.closeUndo = this.notification.add(message, {
            type: "success",
            autocloseDelay: 10000,
            buttons: [
                {
                    name: _t("Undo"),
                    icon: "fa-undo",
                    onClick: async () => {
                        this.closeUndo?.();
                        await this.orm.call("booking.availability", "undo_in_week", [
                            undo,
                        ]);
                        await this.load();
                    },
                },
            ],
        });
    }

    /** Hours drawn on empty time: the two usual ways at hand, the form for all else. */
    draw({day, from, to}) {
        const shown = this.days[day];
        const userId = this.state.data.user_ids[0];
        const agencies = new Set(
            this.state.data.blocks
                .filter((block) => block.kind === "open")
                .map((block) => block.agency_id)
        );
        const agencyId = agencies.size === 1 ? [...agencies][0] : false;
        const hours = formatSpan({from, to});
        const add = (weekly, message) =>
            this.change(
                "open_in_week",
                [userId, shown.iso, from, to, this.state.data.tz, weekly, agencyId],
                message
            );
        const {weekdayFull, full} = shown;
        this.dialog.add(BookingWeekChoice, {
            title: _t("Open %s", hours),
            body: this.placeName(agencyId),
            choices: [
                {
                    name: "weekly",
                    label: _t("Every %s", weekdayFull),
                    run: () =>
                        add(
                            true,
                            _t("Open every %(weekday)s, %(hours)s.", {
                                weekday: weekdayFull,
                                hours,
                            })
                        ),
                },
                {
                    name: "date",
                    label: _t("Only on %s", full),
                    run: () =>
                        add(
                            false,
                            _t("Open on %(day)s, %(hours)s.", {day: full, hours})
                        ),
                },
                {
                    name: "more",
                    label: _t("More choices"),
                    run: () => this.add({day, from, to}),
                },
            ],
        });
    }

    /**
     * @param {Object} change `block`, its `piece` in sight, and where that is to be: `day`, `from`, `to`
     */
    moveBlock({block, piece, day, from, to}) {
        const before = this.days[block.day];
        const after = this.days[day];
        const hours = formatSpan({from, to});
        const move = (scope) =>
            this.change(
                "move_in_week",
                [
                    block.hours_id,
                    before.iso,
                    [piece.from, piece.to],
                    after.iso,
                    [from, to],
                    scope,
                ],
                scope === "date"
                    ? _t("Changed: %(day)s, %(hours)s.", {day: after.full, hours})
                    : _t("Changed every week: %(hours)s.", {hours})
            );
        if (block.single) {
            return move("date");
        }
        const sameDay = day === block.day;
        const choices = [
            {
                name: "date",
                label: sameDay ? _t("Only on %s", before.full) : _t("Only this week"),
                run: () => move("date"),
            },
        ];
        if (block.once) {
            choices.push({
                name: "all",
                label: _t("On all its days"),
                run: () => move("all"),
            });
        } else {
            choices.push({
                name: "weekday",
                label: sameDay ? _t("Every %s", before.weekdayFull) : _t("Every week"),
                run: () => move("weekday"),
            });
            if (sameDay && block.many_days) {
                choices.push({
                    name: "all",
                    label: _t("Every day with these hours"),
                    run: () => move("all"),
                });
            }
        }
        this.dialog.add(BookingWeekChoice, {
            title: _t("Change these hours?"),
            body: _t("%(before)s → %(after)s", {
                before: `${before.weekday} ${formatSpan(piece)}`,
                after: `${after.weekday} ${hours}`,
            }),
            choices,
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
                default_user_id:
                    userId ||
                    this.advisors.find((advisor) => advisor.editable)?.id ||
                    user.userId,
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

    removeNow(block) {
        return this.change(
            "remove_in_week",
            [[block.record_id]],
            block.kind === "closed" ? _t("Open again.") : _t("Removed.")
        );
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
            confirm: () => this.removeNow(block),
            cancelLabel: _t("Keep"),
            cancel: () => {},
        });
    }
}

registry.category("actions").add("booking_week", BookingWeekAction);
