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

/** The middle of the row of an hour lies on Wednesday. */
const lane = (hour) => `.fc-timegrid-slot-lane[data-time="${hour}:00"]`;

registry.category("web_tour.tours").add("booking_backoffice_agenda", {
    url: "/odoo/appointments",
    steps: () => [
        {
            content: "A mouse that rests on the appointment is shown its card",
            trigger: ".fc-event .o_event_title:contains(Anne Martin)",
            run: "hover",
        },
        {
            content: "It says with whom",
            trigger:
                ".o_booking_appointment_card:not(.o_booking_card_pinned):contains(Ada)",
        },
        {
            content: "Note that the booker came",
            trigger: ".o_booking_appointment_card [data-action='came']",
            run: "click",
        },
        {
            content: "The calendar shows it",
            trigger:
                "body:not(:has(.o_booking_appointment_card)) .fc-event .o_booking_mark.fa-user",
        },
        {
            content: "A click opens the card as well",
            trigger: ".fc-event .o_event_title:contains(Anne Martin)",
            run: "click",
        },
        {
            content: "What is noted is pressed in",
            trigger: ".o_booking_card_pinned [data-action='came'][aria-pressed='true']",
        },
        {
            content: "Mark it as held",
            trigger: ".o_booking_card_pinned [data-action='held']",
            run: "click",
        },
        {
            content: "The calendar shows it, and what is held stays where it is",
            trigger: ".fc-event:not(.o_booking_movable) .o_booking_mark.fa-check",
        },
        {
            content: "Next week",
            trigger: ".o_calendar_button_next",
            run: "click",
        },
        {
            content: "Drag one to an hour that is taken",
            trigger: ".fc-event.o_booking_movable:contains(Paul Durand)",
            run: `drag_and_drop ${lane("12:00")}`,
        },
        {
            content: "It says why not, and the appointment is back",
            trigger: ".o_notification:contains(Ada is taken)",
        },
        {
            trigger: ".fc-event:contains(10:00 AM):contains(Paul Durand)",
        },
        {
            content: "Drag it to a free hour",
            trigger: ".fc-event.o_booking_movable:contains(Paul Durand)",
            run: `drag_and_drop ${lane("09:00")}`,
        },
        {
            content: "Nothing happens before it is said what will",
            trigger:
                ".o_booking_change:contains(Move to):contains(Paul Durand is told by e-mail)",
        },
        {
            content: "Leave it where it was",
            trigger: ".o_booking_change .o_booking_keep",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.o_dialog)) .fc-event:contains(10:00 AM):contains(Paul Durand)",
        },
        {
            content: "Drag it again",
            trigger: ".fc-event.o_booking_movable:contains(Paul Durand)",
            run: `drag_and_drop ${lane("09:00")}`,
        },
        {
            content: "Tell the booker oneself",
            trigger: ".o_booking_change input[type='checkbox']",
            run: "uncheck",
        },
        {
            trigger: ".o_booking_change:not(:contains(Paul Durand is told))",
        },
        {
            trigger: ".o_booking_change .o_booking_confirm",
            run: "click",
        },
        {
            content: "It has moved",
            trigger:
                "body:not(:has(.o_dialog)) .fc-event:not(:contains(10:00 AM)):contains(Paul Durand)",
        },
        {
            content: "The other one is moved without a mouse",
            trigger: ".fc-event:contains(Zoé Petit)",
            run: "click",
        },
        {
            trigger: ".o_booking_card_pinned [data-action='move']",
            run: "click",
        },
        {
            trigger: ".o_booking_change input:first",
            run: "press Enter",
        },
        {
            trigger: ".o_booking_change .o_booking_keep",
            run: "click",
        },
        {
            content: "A double click opens it",
            trigger: "body:not(:has(.o_dialog)) .fc-event:contains(Zoé Petit)",
            run: "dblclick",
        },
        {
            trigger:
                ".o_form_view .o_field_widget[name='booker_name']:contains(Zoé Petit)",
        },
        {
            content: "Back",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
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
