import {BaseOptionComponent} from "@html_builder/core/utils";
import {BuilderAction} from "@html_builder/core/builder_action";
import {Plugin} from "@html_editor/plugin";
import {onWillStart} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** What the building blocks can show; asked for once in an editing session. */
class BookingSnippetOptionPlugin extends Plugin {
    static id = "bookingSnippetOption";
    static shared = ["fetchBookingChoices"];
    resources = {
        builder_options: [BookingTypeSnippetOption, BookingCatalogueSnippetOption],
        builder_actions: {ChooseBookingTypeAction},
        on_snippet_dropped_handlers: this.onSnippetDropped.bind(this),
        clean_for_save_handlers: ({root}) => {
            // What was fetched is fetched again for each visitor.
            for (const cards of root.querySelectorAll(
                ".o_booking_snippet .o_booking_block"
            )) {
                cards.remove();
            }
            for (const link of root.querySelectorAll(".o_booking_snippet_link")) {
                link.classList.remove("d-none");
            }
        },
    };

    fetchBookingChoices() {
        this.choices ??= this.services.orm.call(
            "booking.type",
            "get_block_choices",
            [],
            {
                context: {
                    website_id: this.services.website.currentWebsite.id,
                    lang: this.services.website.currentWebsite.metadata.lang,
                },
            }
        );
        return this.choices;
    }

    /** Begin with the first type: a block that shows nothing explains nothing. */
    async onSnippetDropped({snippetEl}) {
        if (snippetEl.matches(".s_booking_type") && !snippetEl.dataset.bookingType) {
            const {types} = await this.fetchBookingChoices();
            if (types.length) {
                showType(snippetEl, types[0]);
            }
        }
    }
}

function showType(block, type) {
    block.dataset.bookingType = type.id;
    block.querySelector(".o_booking_snippet_link").setAttribute("href", type.url);
}

class ChooseBookingTypeAction extends BuilderAction {
    static id = "chooseBookingType";
    static dependencies = ["bookingSnippetOption"];

    async load() {
        return this.dependencies.bookingSnippetOption.fetchBookingChoices();
    }

    getValue({editingElement}) {
        return editingElement.dataset.bookingType;
    }

    isApplied({editingElement, value}) {
        return editingElement.dataset.bookingType === value;
    }

    apply({editingElement, value, loadResult}) {
        const type = loadResult.types.find((known) => known.id.toString() === value);
        if (type) {
            showType(editingElement, type);
        }
    }
}

class BookingOption extends BaseOptionComponent {
    static dependencies = ["bookingSnippetOption"];

    setup() {
        super.setup();
        onWillStart(async () => {
            this.choices =
                await this.dependencies.bookingSnippetOption.fetchBookingChoices();
        });
    }
}

class BookingTypeSnippetOption extends BookingOption {
    static template = "appointment_booking.TypeSnippetOption";
    static selector = ".s_booking_type";
    static title = _t("Appointment");
}

class BookingCatalogueSnippetOption extends BookingOption {
    static template = "appointment_booking.CatalogueSnippetOption";
    static selector = ".s_booking_catalogue";
    static title = _t("Appointments");
}

registry
    .category("website-plugins")
    .add(BookingSnippetOptionPlugin.id, BookingSnippetOptionPlugin);
