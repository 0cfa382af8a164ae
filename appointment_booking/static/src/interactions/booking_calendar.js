import {cookie} from "@web/core/browser/cookie";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

const YEAR = 365 * 24 * 60 * 60;

/**
 * The week of slots: the next one is fetched and put in the place of the old one. Everything here is a link that works
 * by itself; when anything goes wrong the link is simply followed.
 */
export class BookingCalendar extends Interaction {
    static selector = "#o_booking_step:has(.o_booking_calendar)";
    dynamicContent = {
        _root: {"t-on-click": this.onClick},
        _window: {"t-on-popstate": this.onPopState},
    };

    start() {
        this.followBrowserZone();
    }

    get calendar() {
        return this.el.querySelector(".o_booking_calendar");
    }

    /** @param {MouseEvent} ev */
    onClick(ev) {
        const link = ev.target.closest("a.o_booking_week_link, a.o_booking_chip");
        if (
            !link ||
            ev.button ||
            ev.ctrlKey ||
            ev.metaKey ||
            ev.shiftKey ||
            ev.altKey
        ) {
            return;
        }
        ev.preventDefault();
        if (link.matches(".o_booking_chip")) {
            this.showDay(link);
        } else {
            this.showWeek(link.href, {isNew: true});
        }
    }

    onPopState() {
        this.showWeek(window.location.href);
    }

    /** Show another day of the week that is on a phone's screen. */
    showDay(chip) {
        for (const other of this.el.querySelectorAll(".o_booking_chip")) {
            other.classList.toggle("o_booking_chip_on", other === chip);
            other.toggleAttribute("aria-current", false);
        }
        chip.setAttribute("aria-current", "date");
        for (const day of this.el.querySelectorAll(".o_booking_day")) {
            day.classList.toggle(
                "o_booking_day_on",
                day.dataset.day === chip.dataset.day
            );
        }
        window.history.replaceState(window.history.state, "", chip.href);
        this.announce(chip.querySelector(".o_booking_chip_says").textContent);
    }

    /**
     * Fetch a week, put it in place, move the focus to the question and tell what has come.
     *
     * @param {string} url
     * @param {Object} [options]
     * @param {boolean} [options.isNew] whether the visitor asked for it, so that "back" leads to the old one
     * @param {boolean} [options.isQuiet] whether nobody asked for it, so that focus and reader stay where they are
     */
    async showWeek(url, {isNew = false, isQuiet = false} = {}) {
        const request = (this.request = {});
        this.calendar.classList.add("o_booking_loading");
        const page = await this.waitFor(this.fetchPage(url));
        if (request !== this.request) {
            return; // another week was asked for meanwhile
        }
        const fresh = page?.querySelector("#o_booking_step:has(.o_booking_calendar)");
        if (!fresh) {
            if (isQuiet) {
                this.calendar.classList.remove("o_booking_loading");
            } else {
                window.location.assign(url);
            }
            return;
        }
        this.el.replaceChildren(...fresh.childNodes);
        const summary = page.querySelector(".o_booking_summary");
        this.el.parentElement
            .querySelector(".o_booking_summary")
            .replaceChildren(...summary.childNodes);
        if (isNew) {
            window.history.pushState(null, "", url);
        }
        if (!isQuiet) {
            this.tellWeek();
        }
    }

    /** Return the page behind an address, or nothing when it cannot be had. */
    async fetchPage(url) {
        try {
            const response = await fetch(url);
            return response.ok
                ? new DOMParser().parseFromString(await response.text(), "text/html")
                : null;
        } catch {
            return null;
        }
    }

    tellWeek() {
        const question = this.el.querySelector(".o_booking_question");
        question.focus({preventScroll: true});
        if (question.getBoundingClientRect().top < 0) {
            question.scrollIntoView();
        }
        this.announce(this.el.querySelector(".o_booking_says").textContent);
    }

    announce(text) {
        this.el.closest(".o_booking").querySelector(".o_booking_status").textContent =
            text;
    }

    /** Show the hours on the visitor's own clock, unless the address asks for another. */
    followBrowserZone() {
        const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
        const {zone: shown, asked} = this.calendar.dataset;
        if (!zone || asked || shown === zone) {
            return;
        }
        cookie.set("tz", zone, YEAR, "required");
        const url = new URL(window.location.href);
        if (cookie.get("tz") !== zone) {
            // No cookie is kept, as inside another site's frame: the address says it.
            url.searchParams.set("tz", zone);
        }
        this.showWeek(url.href, {isQuiet: true});
    }
}

registry
    .category("public.interactions")
    .add("appointment_booking.calendar", BookingCalendar);
