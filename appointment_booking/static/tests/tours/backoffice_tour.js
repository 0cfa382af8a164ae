import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("booking_backoffice_first_type", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='appointment_booking.booking_menu_root']",
            run: "click",
        },
        {
            content: "Open the appointment types, of which there is none yet",
            trigger: "[data-menu-xmlid='appointment_booking.booking_type_menu']",
            run: "click",
        },
        {
            content: "Create one from a preset",
            trigger: ".o_booking_presets [data-preset='video']",
            run: "click",
        },
        {
            content: "It is on the website, and its link is there to share",
            trigger: ".o_booking_type_form .badge:contains(Published)",
        },
        {
            trigger:
                ".o_field_widget[name='website_absolute_url']:contains(/booking/video-call)",
        },
        {
            content: "Nothing is left to mend",
            trigger: ".o_booking_type_form:not(:has(.o_booking_mend))",
        },
        {
            content: "Change what it is called",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Video advice",
        },
        {
            content: "Look at the hours",
            trigger: ".o_notebook_headers a[name='hours']",
            run: "click",
        },
        {
            content: "Open the week of the advisor",
            trigger: ".o_notebook_content button[name='action_view_week']",
            run: "click",
        },
        {
            content: "The working hours are there",
            trigger: ".o_booking_week_column .o_booking_open",
        },
        {
            content: "Close a day",
            trigger: ".o_booking_add_hours",
            run: "click",
        },
        {
            trigger:
                ".o_dialog .o_field_widget[name='kind'] input[data-value='closed']",
            run: "click",
        },
        {
            content: "Nobody leaves a dialog by accident with half of it",
            trigger: ".o_dialog .o_form_button_cancel",
            run: "click",
        },
        {
            trigger: "body:not(:has(.o_dialog))",
        },
        {
            content: "Next week",
            trigger: ".o_booking_next",
            run: "click",
        },
        {
            content: "Open the hours of a day there",
            trigger: ".o_booking_week_column .o_booking_open",
            run: "click",
        },
        {
            content: "Its card offers what can be done",
            trigger: ".o_booking_card [data-action='change']",
            run: "click",
        },
        {
            content: "Take Monday out",
            trigger: ".o_dialog button[data-day='mon'][aria-pressed='true']",
            run: "click",
        },
        {
            trigger: ".o_dialog button[data-day='mon'][aria-pressed='false']",
        },
        {
            trigger: ".o_dialog .o_form_button_save",
            run: "click",
        },
        {
            content: "Four days are left",
            trigger:
                ".o_booking_week_body:has(.o_booking_week_column:nth-child(3) .o_booking_open):not(:has(.o_booking_week_column:nth-child(2) .o_booking_open))",
        },
        {
            trigger: "body:not(:has(.o_dialog))",
        },
    ],
});

registry.category("web_tour.tours").add("booking_backoffice_agenda", {
    url: "/odoo/appointments",
    steps: () => [
        {
            content: "The appointment is in the calendar",
            trigger: ".fc-event .o_event_title:contains(Anne Martin)",
            run: "click",
        },
        {
            content: "Its card says with whom",
            trigger: ".o_cw_popover:contains(Ada)",
        },
        {
            content: "Mark it as held",
            trigger: ".o_cw_popover .o_booking_held",
            run: "click",
        },
        {
            content: "The calendar shows it",
            trigger: ".fc-event .o_event_title .fa-check",
        },
        {
            content: "Open a new one",
            trigger: ".o-calendar-button-new",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='partner_id']",
        },
        {
            content: "Leave it",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger: ".o_calendar_view",
        },
    ],
});
