import {
    Component,
    onMounted,
    onWillUnmount,
    status,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {getColor, getCustomColor} from "@web/core/colors/colors";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {cookie} from "@web/core/browser/cookie";
import {loadBundle} from "@web/core/assets";

// After how long the library is asked for again, if a busy server did not give it.
const PAUSES = [2000, 6000];

/**
 * How many appointments each day, week or month has. A picture of the table that stands below it: the page does not
 * wait for the library that draws it, and does without where it cannot be had.
 */
export class BookingOverviewChart extends Component {
    static template = "appointment_booking.OverviewChart";
    static props = {
        bars: Array,
        label: String,
        onBar: Function,
    };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({isReady: false, isMissing: false});
        onMounted(() => this.loadLibrary());
        useEffect(
            () => this.draw(),
            () => [this.props.bars, this.state.isReady]
        );
        onWillUnmount(() => {
            browser.clearTimeout(this.pauseId);
            this.chart?.destroy();
        });
    }

    async loadLibrary(pauses = PAUSES) {
        try {
            await loadBundle("web.chartjs_lib");
        } catch {
            if (status(this) === "destroyed") {
                return;
            }
            const [pause, ...others] = pauses;
            if (pause) {
                this.pauseId = browser.setTimeout(
                    () => this.loadLibrary(others),
                    pause
                );
            } else {
                this.state.isMissing = true;
            }
            return;
        }
        if (status(this) !== "destroyed") {
            this.state.isReady = true;
        }
    }

    draw() {
        if (!this.state.isReady) {
            return;
        }
        this.chart?.destroy();
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#111827", "#E4E4E4");
        const grid = getCustomColor(scheme, "rgba(0,0,0,.1)", "rgba(255,255,255,.15)");
        const quiet = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
        const {bars} = this.props;
        this.chart = new Chart(this.canvas.el, {
            type: "bar",
            data: {
                labels: bars.map((bar) => bar.label),
                datasets: [
                    {
                        label: _t("Booked"),
                        data: bars.map((bar) => bar.booked),
                        backgroundColor: getColor(0, scheme, "odoo"),
                    },
                    {
                        label: _t("Cancelled"),
                        data: bars.map((bar) => bar.cancelled),
                        backgroundColor: getCustomColor(scheme, "#c4c4c4", "#5f6470"),
                    },
                ],
            },
            options: {
                animation: !quiet && {duration: 250},
                maintainAspectRatio: false,
                onClick: (_ev, found) =>
                    found.length && this.props.onBar(found[0].index),
                plugins: {
                    legend: {labels: {color: text, boxWidth: 12}},
                    tooltip: {
                        callbacks: {title: ([item]) => bars[item.dataIndex].full},
                    },
                },
                scales: {
                    x: {
                        stacked: true,
                        grid: {display: false},
                        ticks: {color: text, maxRotation: 0, autoSkipPadding: 12},
                    },
                    y: {
                        stacked: true,
                        beginAtZero: true,
                        grid: {color: grid},
                        ticks: {color: text, precision: 0},
                    },
                },
            },
        });
    }
}
