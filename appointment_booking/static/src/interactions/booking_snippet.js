import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/**
 * A building block: the cards are fetched when the page is looked at, so that they say what is free now. Without scripts,
 * or when they cannot be had, the link that the block is saved with stays.
 */
export class BookingSnippet extends Interaction {
    static selector = ".o_booking_snippet";

    async willStart() {
        const address = this.address;
        this.cards = address ? await this.fetchCards(address) : null;
    }

    start() {
        if (!this.cards) {
            return;
        }
        const content = this.el.querySelector(".o_booking_snippet_content");
        const link = content.querySelector(".o_booking_snippet_link");
        link.classList.add("d-none");
        this.registerCleanup(() => link.classList.remove("d-none"));
        this.insert(this.cards, content);
    }

    get address() {
        const {bookingType: type, bookingCategory: category} = this.el.dataset;
        // The server has put the language of the page in front of the link's address.
        const link = this.el.querySelector(".o_booking_snippet_link");
        const [lang] = link.getAttribute("href").split("/booking");
        if (this.el.matches(".s_booking_catalogue")) {
            return `${lang}/booking/block/catalogue?category=${category || ""}`;
        }
        return type ? `${lang}/booking/block/type/${type}` : "";
    }

    async fetchCards(address) {
        try {
            const response = await fetch(address);
            const text = response.ok ? await response.text() : "";
            return new DOMParser()
                .parseFromString(text, "text/html")
                .querySelector(".o_booking_block");
        } catch {
            return null;
        }
    }
}

registry
    .category("public.interactions")
    .add("appointment_booking.snippet", BookingSnippet);
registry
    .category("public.interactions.edit")
    .add("appointment_booking.snippet", {Interaction: BookingSnippet});
