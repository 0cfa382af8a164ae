import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("booking_overview", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='appointment_booking.booking_menu_root']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='appointment_booking.booking_reporting_menu']",
            run: "click",
        },
        {
            content: "Open the overview",
            trigger: "[data-menu-xmlid='appointment_booking.booking_overview_menu']",
            run: "click",
        },
        {
            content: "This month has an appointment",
            trigger: "[data-figure='booked'] .o_booking_overview_value:contains(1)",
        },
        {
            trigger: ".o_booking_overview_chart canvas",
        },
        {
            content: "Look at the last 30 days",
            trigger: "[data-period='last30']",
            run: "click",
        },
        {
            trigger: "[data-period='last30'][aria-pressed='true']",
        },
        {
            content: "See the appointments behind the figure",
            trigger: "[data-figure='booked']",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Tour Guide)",
        },
        {
            content: "Have them as a file",
            trigger: ".o_booking_files [data-format='csv']",
            run: "click",
        },
        {
            content: "The page is there again, without a complaint",
            trigger: "body:not(:has(.o_blockUI)):not(:has(.o_error_dialog))",
        },
        {
            content: "Tick the row: the buttons are still at hand",
            trigger: ".o_data_row:contains(Tour Guide) .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_selection_container .o_booking_files [data-format='xml']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.o_blockUI)):not(:has(.o_error_dialog))",
        },
        {
            content: "Back to the figures as they were",
            trigger: ".o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            trigger: "[data-period='last30'][aria-pressed='true']",
        },
    ],
});
