import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("booking_participants", {
    steps: () => [
        {
            content: "The contact has a tab with its appointments",
            trigger: ".o_form_view .nav-link[name='booking_appointments']",
            run: "click",
        },
        {
            trigger: "button[name='action_new_booking_appointment']",
            run: "click",
        },
        {
            content: "The contact takes part and is the owner",
            trigger:
                ".o_dialog .o_data_row:contains(Anne Martin) .o_booking_owner[aria-pressed='true']",
        },
        {
            trigger: ".o_dialog .o_field_widget[name='subject'] input",
            run: "edit Follow-up",
        },
        {
            trigger: ".o_dialog .o_field_widget[name='start'] input",
            run: "edit 03/05/2030 10:00:00",
        },
        {
            content: "Add somebody",
            trigger: ".o_dialog .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger:
                ".o_dialog .o_selected_row .o_field_widget[name='partner_id'] input",
            run: "edit Paul Durand",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(Paul Durand)",
            run: "click",
        },
        {
            content: "Paul accepts",
            trigger:
                ".o_dialog .o_data_row:has([name='partner_id']:contains(Paul Durand)) button[data-answer='accepted'], .o_dialog .o_selected_row button[data-answer='accepted']",
            run: "click",
        },
        {
            trigger:
                ".o_dialog .o_data_row button[data-answer='accepted'][aria-pressed='true']",
        },
        {
            content: "Paul becomes the owner",
            trigger: ".o_dialog .o_booking_owner[aria-pressed='false']",
            run: "click",
        },
        {
            trigger:
                ".o_dialog .o_data_row:contains(Anne Martin) .o_booking_owner[aria-pressed='false']",
        },
        {
            trigger: ".o_dialog .o_form_button_save",
            run: "click",
        },
        {
            content: "The appointment is in the list of the contact",
            trigger:
                "body:not(:has(.o_dialog)) .o_field_widget[name='booking_recent_ids'] .o_data_cell:contains(Follow-up)",
            run: "click",
        },
        {
            content: "Write to all",
            trigger: "button[name='action_email']",
            run: "click",
        },
        {
            trigger:
                ".o_dialog .o_field_widget[name='partner_ids'] .o_tag:contains(Paul Durand)",
        },
        {
            trigger:
                ".o_dialog .o_field_widget[name='partner_ids'] .o_tag:contains(Anne Martin)",
        },
    ],
});
