/* global L */
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

const WIDE = "(min-width: 768px)";

/**
 * The map beside the list of agencies: it shows what the list says, and what is chosen on the one is marked on the
 * other. Its library is fetched only when there is a map to show. Whatever fails, the list is there.
 */
export class BookingMap extends Interaction {
    static selector = ".o_booking_places_mapped";
    dynamicContent = {
        ".o_booking_map_toggle": {
            "t-on-click": this.toggle,
            "t-att-hidden": () => this.wide.matches,
            "t-att-aria-expanded": () => String(this.isOpen),
        },
        ".o_booking_map_show": {"t-att-class": () => ({"d-none": this.isOpen})},
        ".o_booking_map_hide": {"t-att-class": () => ({"d-none": !this.isOpen})},
        ".o_booking_map_box": {"t-att-hidden": () => !this.isOpen},
        ".o_booking_map": {"t-att-hidden": () => this.hasFailed},
        ".o_booking_map_failed": {"t-att-hidden": () => !this.hasFailed},
        ".o_booking_choices > li": {
            "t-on-focusin": (ev) => this.mark(ev.currentTarget),
            "t-on-pointerenter": (ev) => this.mark(ev.currentTarget),
        },
    };

    setup() {
        this.wide = window.matchMedia(WIDE);
        this.isOpen = false;
        this.hasFailed = false;
        this.markers = new Map(); // by the entry of the list
        this.box = this.el.querySelector(".o_booking_map_box");
    }

    start() {
        this.addListener(this.wide, "change", this.followWidth);
        this.followWidth();
    }

    destroy() {
        this.map?.remove();
    }

    /** On a wide screen the map lies beside the list, after it; on a phone it opens above. */
    followWidth() {
        const list = this.el.querySelector(".o_booking_places_list");
        if (this.wide.matches) {
            list.after(this.box);
            this.open();
        } else {
            list.before(this.box);
        }
        this.updateContent();
        this.map?.invalidateSize();
    }

    toggle() {
        if (this.isOpen) {
            this.isOpen = false;
        } else {
            this.open();
        }
    }

    async open() {
        this.isOpen = true;
        this.updateContent();
        if (this.map || this.hasFailed || this.isLoading) {
            return;
        }
        this.isLoading = true;
        try {
            await this.waitFor(loadBundle("appointment_booking.assets_map"));
        } catch {
            this.fail();
            return;
        }
        this.draw();
    }

    draw() {
        this.map = L.map(this.el.querySelector(".o_booking_map"), {
            scrollWheelZoom: false, // the page scrolls
            zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)")
                .matches,
        });
        this.map.attributionControl.setPrefix(false);
        const tiles = L.tileLayer(this.el.dataset.tiles, {
            attribution: this.el.dataset.attribution,
            maxZoom: 19,
        });
        tiles.on("tileload", () => (this.hasTile = true));
        tiles.on("tileerror", () => !this.hasTile && this.fail());
        const entries = [...this.el.querySelectorAll("li[data-latitude]")];
        const places = entries.map(({dataset}) => [
            dataset.latitude,
            dataset.longitude,
        ]);
        this.map.fitBounds(L.latLngBounds(places), {padding: [48, 48], maxZoom: 14});
        for (const entry of entries) {
            this.addMarker(entry);
        }
        tiles.addTo(this.map);
        this.updateContent();
    }

    addMarker(entry) {
        const {latitude, longitude, name} = entry.dataset;
        const icon = L.divIcon({
            className: "o_booking_marker",
            iconSize: [44, 44],
            iconAnchor: [22, 40],
            html: '<i class="fa fa-map-marker" aria-hidden="true"></i>',
        });
        const marker = L.marker([latitude, longitude], {icon, title: name});
        marker.addTo(this.map);
        marker.getElement().setAttribute("aria-label", name);
        marker.on("click", () => this.choose(entry));
        this.addListener(marker.getElement(), "keydown", (ev) => {
            if (ev.key === "Enter" || ev.key === " ") {
                ev.preventDefault();
                this.choose(entry);
            }
        });
        this.addListener(marker.getElement(), "focus", () => this.mark(entry));
        this.markers.set(entry, marker);
    }

    /** An agency was chosen on the map: its entry on the list is marked, seen and ready to be followed. */
    choose(entry) {
        this.mark(entry);
        entry.scrollIntoView({block: "nearest"});
        const link = entry.querySelector("a");
        link?.focus({preventScroll: true});
        this.el.closest(".o_booking").querySelector(".o_booking_status").textContent =
            link ? "" : entry.textContent.replace(/\s+/g, " ").trim();
    }

    mark(entry) {
        for (const [other, marker] of this.markers) {
            const isMarked = other === entry;
            other.classList.toggle("o_booking_choice_on", isMarked);
            marker.getElement()?.classList.toggle("o_booking_marker_on", isMarked);
            marker.setZIndexOffset(isMarked ? 1000 : 0);
        }
    }

    /** Without tiles or library: say so in words, once, beside the list. */
    fail() {
        this.hasFailed = true;
        this.updateContent();
    }
}

registry.category("public.interactions").add("appointment_booking.map", BookingMap);
