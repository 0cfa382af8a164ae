import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * The visitor's position, asked for by a button only, and told to the server no more exactly than to about a kilometre:
 * that is enough to sort agencies, and too little to find a door.
 */
export class BookingPosition extends Interaction {
    static selector = ".o_booking_agency_search:has(.o_booking_position)";
    dynamicContent = {
        ".o_booking_position": {
            "t-att-hidden": () => !navigator.geolocation,
            "t-att-disabled": () => this.isAsking,
            "t-on-click": this.ask,
        },
        ".o_booking_position_failed": {"t-att-hidden": () => !this.hasFailed},
    };

    setup() {
        this.isAsking = false;
        this.hasFailed = false;
    }

    async ask() {
        this.isAsking = true;
        this.hasFailed = false;
        this.updateContent();
        let position = null;
        try {
            position = await this.waitFor(
                new Promise((resolve, reject) =>
                    navigator.geolocation.getCurrentPosition(resolve, reject, {
                        timeout: 10000,
                        maximumAge: 600000,
                    })
                )
            );
        } catch {
            this.tellFailure();
            return;
        }
        const {latitude, longitude} = position.coords;
        const url = new URL(window.location.href);
        url.searchParams.delete("near");
        url.searchParams.delete("listed");
        url.searchParams.set("at", `${latitude.toFixed(2)},${longitude.toFixed(2)}`);
        window.location.assign(url);
    }

    tellFailure() {
        this.isAsking = false;
        this.hasFailed = true;
        this.updateContent();
        this.el.closest(".o_booking").querySelector(".o_booking_status").textContent =
            this.el.querySelector(".o_booking_position_failed").textContent;
        this.el.querySelector("input[name=near]").focus();
    }
}

registry
    .category("public.interactions")
    .add("appointment_booking.position", BookingPosition);
