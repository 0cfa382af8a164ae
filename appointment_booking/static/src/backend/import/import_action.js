import {Component, onWillUnmount, useEffect, useRef, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {downloadFile} from "@web/core/network/download";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const MAX_BYTES = 5 * 1024 * 1024;
const SHOWN_ROWS = 200;
const SHOWN_PLAN = 20;
const ASK_EVERY = 600;

/** Hours from a CSV file in three steps: choose it, read what it would do, import it. */
export class BookingImportAction extends Component {
    static template = "appointment_booking.ImportAction";
    static components = {Layout};
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.input = useRef("input");
        this.root = useRef("root");
        this.display = {controlPanel: {}};
        this.state = useState({
            step: "choose",
            fileName: "",
            problem: "",
            report: null,
            percent: null,
            dragging: false,
            all: false,
            wholePlan: false,
        });
        // Who cannot see that another step is there hears of it.
        let first = true;
        useEffect(
            () => {
                if (!first && this.state.percent === null) {
                    this.root.el.querySelector("h2").focus();
                }
                first = false;
            },
            () => [this.state.step, this.state.percent === null]
        );
        onWillUnmount(() => clearInterval(this.timer));
    }

    async downloadTemplate() {
        const {name, text} = await this.orm.call(
            "booking.availability",
            "get_import_template"
        );
        downloadFile(new Blob([text], {type: "text/csv"}), name, "text/csv");
    }

    onDrop(ev) {
        this.state.dragging = false;
        this.take(ev.dataTransfer.files[0]);
    }

    onFile(ev) {
        const [file] = ev.target.files;
        ev.target.value = "";
        return this.take(file);
    }

    async take(file) {
        if (!file) {
            return;
        }
        this.state.problem = "";
        this.state.fileName = file.name;
        if (file.size > MAX_BYTES) {
            this.state.problem = _t(
                "The file is larger than 5 MB. Import it in parts."
            );
            return;
        }
        this.data = await readBase64(file);
        await this.work("check_import", _t("Reading %s", file.name), (report) => {
            this.state.report = report;
            this.state.step = "report";
        });
    }

    run() {
        return this.work("run_import", _t("Importing"), (report) => {
            this.state.report = report;
            this.state.step = report.done ? "done" : "report";
        });
    }

    /** Let the server work, and ask it meanwhile how far it is. */
    async work(method, label, done) {
        const key = String(window.crypto.getRandomValues(new Uint32Array(4)).join("-"));
        this.state.percent = 0;
        this.state.label = label;
        this.timer = setInterval(() => this.ask(key), ASK_EVERY);
        try {
            done(await this.orm.call("booking.availability", method, [this.data, key]));
        } catch (error) {
            this.state.problem =
                error.data?.message || _t("The server cannot be reached. Try again.");
            if (!error.data) {
                throw error;
            }
        } finally {
            clearInterval(this.timer);
            this.state.percent = null;
        }
    }

    async ask(key) {
        const [progress] = await this.orm.silent.searchRead(
            "booking.progress",
            [["key", "=", key]],
            ["done", "total"]
        );
        if (progress?.total && this.state.percent !== null) {
            this.state.percent = Math.round((100 * progress.done) / progress.total);
        }
    }

    again() {
        Object.assign(this.state, {
            step: "choose",
            report: null,
            problem: "",
            all: false,
            wholePlan: false,
        });
    }

    get counts() {
        return this.state.report.counts;
    }

    get rows() {
        const {rows} = this.state.report;
        return this.state.all ? rows : rows.slice(0, SHOWN_ROWS);
    }

    get hiddenRows() {
        return this.state.report.rows.length - this.rows.length;
    }

    get plan() {
        const {plan} = this.state.report;
        return this.state.wholePlan ? plan : plan.slice(0, SHOWN_PLAN);
    }

    /** @returns {Number} how many new hours are not in sight: of a large file the server tells the first ones only */
    get unplanned() {
        return this.counts.new - this.state.report.plan.length;
    }

    get canImport() {
        return !this.counts.wrong && this.counts.new > 0;
    }

    get summary() {
        const {lines, wrong} = this.counts;
        const read = lines === 1 ? _t("1 line read.") : _t("%s lines read.", lines);
        let verdict = _t("Nothing is imported before all lines are right.");
        if (!wrong) {
            verdict = this.counts.new
                ? _t("Everything can be imported.")
                : _t("There is nothing new to import.");
        }
        return `${read} ${verdict}`;
    }

    levelLabel(level) {
        return {
            wrong: _t("Wrong"),
            warning: _t("Warning"),
            identical: _t("Left out"),
        }[level];
    }

    levelClass(level) {
        return {
            wrong: "text-bg-danger",
            warning: "text-bg-warning",
            identical: "text-bg-secondary",
        }[level];
    }

    downloadReport() {
        const head = [_t("Line"), _t("Column"), _t("Result"), _t("Message")];
        const rows = this.state.report.rows.map(([line, column, level, message]) => [
            line || "",
            column,
            this.levelLabel(level),
            message,
        ]);
        const text = [head, ...rows].map((row) => row.map(csvCell).join(";"));
        downloadFile(
            new Blob(["\ufeff" + text.join("\r\n")], {type: "text/csv"}),
            _t("report.csv"),
            "text/csv"
        );
    }

    openHours() {
        return this.action.doAction("appointment_booking.booking_availability_action", {
            clearBreadcrumbs: true,
        });
    }
}

function readBase64(file) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(",")[1] || "");
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(file);
    });
}

/** A spreadsheet takes a cell that begins like this for a formula: users' text is text. */
function csvCell(value) {
    const text = String(value);
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
}

registry.category("actions").add("booking_hours_import", BookingImportAction);
