import {registry} from "@web/core/registry";

const window_ = ".modal .o_videoconf_organise";

registry.category("web_tour.tours").add("videoconf_organise", {
    url: "/odoo",
    steps: () => [
        {
            content: "The camera is in the top bar",
            trigger: ".o_videoconf_systray button",
            run: "click",
        },
        {
            content: "A contact is found by name",
            trigger: `${window_} .o_field_widget[name='guest_ids'] input`,
            run: "edit Anne Tour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Anne Tour)",
            run: "click",
        },
        {
            trigger: `${window_} .o_field_widget[name='guest_ids'] .o_tag:contains(Anne Tour)`,
        },
        {
            content: "A new address becomes a contact",
            trigger: `${window_} .o_field_widget[name='guest_ids'] input`,
            run: "edit new@example.org",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Create)",
            run: "click",
        },
        {
            trigger: `${window_} .o_field_widget[name='guest_ids'] .o_tag:contains(new@example.org)`,
        },
        {
            content: "What it is about",
            trigger: `${window_} .o_field_widget[name='agenda'] .odoo-editor-editable`,
            run: "editor The offer",
        },
        {
            content: "All else is filled in",
            trigger: ".modal-footer button[name='action_organise']",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name='guest_ids'] .o_data_row:contains(Anne Tour)",
        },
    ],
});

registry.category("web_tour.tours").add("videoconf_afterwards", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name='action_join']",
        },
        {
            content: "Take minutes",
            trigger: ".o_notebook_headers a[name='minutes']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='minutes'] .odoo-editor-editable",
            run: "editor They agreed",
        },
        {
            content: "It has taken place",
            trigger: ".o_statusbar_buttons button[name='action_done']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name='action_next_conference']",
        },
    ],
});

registry.category("web_tour.tours").add("videoconf_history", {
    steps: () => [
        {
            content: "The contact shows the history of its conferences",
            trigger: ".o_form_view button[name='action_view_videoconfs']:contains(1)",
            run: "click",
        },
        {
            trigger:
                ".o_list_view .o_data_row:contains(Video conference with Ada) .o_data_cell",
        },
    ],
});
