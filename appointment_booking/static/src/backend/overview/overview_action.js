import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDate, serializeDate, serializeDateTime} from "@web/core/l10n/dates";
import {formatFloat, formatPercentage} from "@web/views/fields/formatters";
import {BookingOverviewChart} from "./overview_chart";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {KeepLast} from "@web/core/utils/concurrency";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const PERIODS = ["week", "month", "last30", "custom"];

/** The main figures of a period on one page. Each leads to what is behind it. */
export class BookingOverviewAction extends Component {
    static template = "appointment_booking.OverviewAction";
    static components = {BookingOverviewChart, DateTimeInput, Layout};
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = {controlPanel: {}};
        this.state = useState({
            asked: {period: "month", ...(this.props.state?.asked || {})},
            data: null,
        });
        useSetupAction({getLocalState: () => ({asked: {...this.state.asked}})});
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.keepLast.add(
            this.orm.call("booking.report", "get_overview", [{...this.state.asked}])
        );
    }

    // ------------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------------

    get periods() {
        const names = {
            week: _t("This week"),
            month: _t("This month"),
            last30: _t("Last 30 days"),
            custom: _t("Other days"),
        };
        return PERIODS.map((name) => ({name, label: names[name]}));
    }

    get filters() {
        const {choices} = this.state.data;
        return [
            {name: "type_id", label: _t("Appointment type"), all: _t("Every type")},
            {name: "agency_id", label: _t("Agency"), all: _t("Every agency")},
            {name: "user_id", label: _t("Advisor"), all: _t("Every advisor")},
        ]
            .map((filter) => ({...filter, options: choices[filter.name]}))
            .filter(({name, options}) => options.length > 1 || this.state.asked[name]);
    }

    day(iso) {
        return deserializeDate(iso);
    }

    span(first, last) {
        return luxon.Interval.fromDateTimes(
            this.day(first),
            this.day(last)
        ).toLocaleString(luxon.DateTime.DATE_MED);
    }

    get periodLabel() {
        const {first, last} = this.state.data;
        return first === last
            ? this.day(first).toLocaleString(luxon.DateTime.DATE_MED)
            : this.span(first, last);
    }

    get beforeLabel() {
        const {before_first: first, before_last: last} = this.state.data;
        return first === last
            ? this.day(first).toLocaleString(luxon.DateTime.DATE_MED)
            : this.span(first, last);
    }

    get isEmpty() {
        return !this.state.data.figures.booked.value;
    }

    /** @returns {Object[]} the figures in their order: name, label, value and comparison in words, and the way behind */
    get cards() {
        const whole = (value) => String(value);
        const percent = (value) => formatPercentage(value, {digits: [16, 1]});
        const days = (value) => _t("%s days", formatFloat(value, {digits: [16, 1]}));
        const grade = (value) => _t("%s of 5", formatFloat(value, {digits: [16, 1]}));
        return [
            {name: "booked", label: _t("Booked"), format: whole},
            {name: "held", label: _t("Held"), format: whole},
            {name: "cancelled", label: _t("Cancelled"), format: whole, less: true},
            {name: "absent_rate", label: _t("Absent"), format: percent, less: true},
            {name: "lead", label: _t("Lead time"), format: days, neutral: true},
            {name: "occupancy", label: _t("Occupancy"), format: percent},
            {name: "rating", label: _t("Satisfaction"), format: grade},
        ].map((card) => {
            const {value, before} = this.state.data.figures[card.name];
            const known = value !== null && value !== undefined;
            const text = known ? card.format(value) : "–";
            return {
                ...card,
                text,
                before: this.compare(card, value, before),
                trend: this.trend(card, value, before),
            };
        });
    }

    compare(card, value, before) {
        if (before === null || before === undefined) {
            return "";
        }
        return _t("before: %s", card.format(before));
    }

    /** @returns {String} up, down or nothing, and whether that is good: colour never says it alone */
    trend({less, neutral}, value, before) {
        const known = [value, before].every((one) => one !== null && one !== undefined);
        if (!known || value === before) {
            return null;
        }
        const up = value > before;
        return {
            icon: up ? "fa-arrow-up" : "fa-arrow-down",
            label: up ? _t("more than before") : _t("less than before"),
            tone: neutral
                ? "text-muted"
                : up === !less
                  ? "text-success"
                  : "text-danger",
        };
    }

    get bars() {
        const {bars, unit} = this.state.data;
        const formats = {
            day: [
                {day: "numeric", month: "short"},
                {weekday: "long", day: "numeric", month: "long"},
            ],
            week: [
                {day: "numeric", month: "short"},
                {day: "numeric", month: "long", year: "numeric"},
            ],
            month: [
                {month: "short", year: "2-digit"},
                {month: "long", year: "numeric"},
            ],
        };
        const [short, long] = formats[unit];
        return bars.map((bar) => {
            const day = this.day(bar.day);
            const full = day.toLocaleString(long);
            return {
                ...bar,
                label: day.toLocaleString(short),
                full: unit === "week" ? _t("Week of %s", full) : full,
            };
        });
    }

    get chartTitle() {
        return {
            day: _t("Appointments by day"),
            week: _t("Appointments by week"),
            month: _t("Appointments by month"),
        }[this.state.data.unit];
    }

    /** @returns {Object[]} rows with the share of the longest one, for the lines in the background */
    shares(rows) {
        const most = Math.max(...rows.map((row) => row.booked), 1);
        return rows.map((row) => ({
            ...row,
            share: Math.round((100 * row.booked) / most),
        }));
    }

    get reasons() {
        return this.shares(this.state.data.reasons);
    }

    get hours() {
        return this.shares(this.state.data.hours).map((row) => ({
            ...row,
            name: luxon.DateTime.fromISO(row.hour).toLocaleString(
                luxon.DateTime.TIME_SIMPLE
            ),
        }));
    }

    // ------------------------------------------------------------------
    // Choosing
    // ------------------------------------------------------------------

    choosePeriod(period) {
        const {first, last} = this.state.data;
        Object.assign(this.state.asked, {period, first, last});
        return this.load();
    }

    chooseDay(name, value) {
        if (!value) {
            return null;
        }
        const asked = this.state.asked;
        asked[name] = serializeDate(value);
        if (asked.first > asked.last) {
            asked[name === "first" ? "last" : "first"] = asked[name];
        }
        return this.load();
    }

    chooseFilter(name, value) {
        this.state.asked[name] = Number(value) || false;
        return this.load();
    }

    // ------------------------------------------------------------------
    // What is behind
    // ------------------------------------------------------------------

    openFigure(name) {
        const title = this.cards.find((card) => card.name === name).label;
        const states = {held: "done", cancelled: "cancelled"};
        if (name === "occupancy") {
            return this.openAnalysis(
                "booking.occupancy.report",
                title,
                this.state.data.domains.occupancy
            );
        }
        if (name === "lead") {
            return this.openReport(title, [], ["lead_time"]);
        }
        const domains = {
            absent_rate: [
                ["state", "!=", "cancelled"],
                ["attendance", "=", "absent"],
            ],
            rating: [["rating_last_value", ">", 0]],
        };
        const domain = states[name] ? [["state", "=", states[name]]] : domains[name];
        return this.openAppointments(title, domain || []);
    }

    openAppointments(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "booking.appointment",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
                [false, "pivot"],
                [false, "graph"],
            ],
            domain: [...this.state.data.domains.appointments, ...domain],
        });
    }

    openReport(name, domain, groupBy) {
        return this.openAnalysis(
            "booking.report",
            name,
            [...this.state.data.domains.appointments, ...domain],
            {group_by: groupBy, pivot_row_groupby: groupBy, pivot_column_groupby: []}
        );
    }

    openAnalysis(model, name, domain, context = {}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: [
                [false, "pivot"],
                [false, "graph"],
                [false, "list"],
            ],
            domain,
            context,
        });
    }

    openReason(row) {
        return this.openAppointments(row.name, [
            ["type_id", "=", row.type_id],
            ["reason_id", "=", row.reason_id],
        ]);
    }

    openHour(row) {
        return this.openReport(row.name, [["hour", "=", row.hour]], ["weekday"]);
    }

    openBar(index) {
        const bar = this.bars[index];
        const start = luxon.DateTime.fromISO(bar.day, {zone: this.state.data.tz});
        const stop = start.plus({[`${this.state.data.unit}s`]: 1});
        return this.openAppointments(bar.full, [
            ["start", ">=", serializeDateTime(start)],
            ["start", "<", serializeDateTime(stop)],
        ]);
    }
}

registry.category("actions").add("booking_overview", BookingOverviewAction);
