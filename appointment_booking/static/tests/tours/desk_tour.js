import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("booking_desk", {
    url: "/odoo/appointments",
    steps: () => [
        {
            content: "Click an hour at which nobody is there",
            trigger: ".fc-timegrid-slot-lane[data-time='11:00:00']",
            run: "click",
        },
        {
            content:
                "The window has it; for an appointment of one's own there is the form",
            trigger: ".o_booking_desk",
        },
        {
            trigger: ".modal-footer .o_booking_desk_own",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name='partner_id']",
        },
        {
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "From the agenda, book for somebody",
            trigger: ".o_booking_desk_open",
            run: "click",
        },
        {
            content: "Type who it is, as they say it on the phone",
            trigger: ".o_booking_desk .o_field_widget[name='partner_id'] input",
            run: "edit 06 12 00 56 78",
        },
        {
            content: "The contact is found by the number",
            trigger: ".o-autocomplete--dropdown-item:contains(Anne Martin)",
            run: "click",
        },
        {
            trigger:
                ".o_booking_desk .o_field_widget[name='booker_email'] input:value(anne@example.net)",
        },
        {
            content: "Say what about",
            trigger: ".o_booking_desk .o_field_widget[name='type_id'] input",
            run: "edit Desk tour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Desk tour)",
            run: "click",
        },
        {
            content: "The free slots are there; look at the next week",
            trigger: ".o_booking_desk_slot:contains(Ada)",
        },
        {
            trigger: ".o_booking_desk_next",
            run: "click",
        },
        {
            trigger: ".o_booking_desk_previous:not([disabled])",
        },
        {
            content: "Choose an hour",
            trigger:
                ".o_booking_desk_days section:has(.o_booking_desk_slot) .o_booking_desk_slot:first",
            run: "click",
        },
        {
            trigger: ".o_booking_desk_slot[aria-pressed='true']",
        },
        {
            content: "Of the two who are free choose the other one",
            trigger: ".o_booking_advisors .form-check:contains(Bob) input",
            run: "click",
        },
        {
            trigger: ".o_booking_advisors .form-check:contains(Bob) input:checked",
        },
        {
            content: "Book",
            trigger: ".modal-footer button[name='action_book']:visible",
            run: "click",
        },
        {
            content: "The window has closed, and says what was booked",
            trigger: ".o_notification:contains(Anne Martin):contains(Bob)",
        },
        {
            trigger: "body:not(:has(.o_booking_desk))",
        },
        {
            content: "Open it",
            trigger: ".o_notification button:contains(Open)",
            run: "click",
        },
        {
            content: "Take minutes",
            trigger: ".o_form_view .o_notebook_headers a[name='minutes']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='minutes'] .odoo-editor-editable",
            run: "editor They agreed",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Give it to the other advisor",
            trigger:
                ".o_form_view .o_form_saved, .o_form_status_indicator_buttons.invisible",
        },
        {
            trigger: ".o_statusbar_buttons button:contains(Reassign)",
            run: "click",
        },
        {
            trigger:
                ".modal .o_booking_advisors .form-check:contains(Ada):contains(Free) input",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name='action_reassign']",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='user_id'] input:value(Ada)",
        },
    ],
});
