import {KanbanController} from "@web/views/kanban/kanban_controller";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {ListController} from "@web/views/list/list_controller";
import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {BookingPresetCards, BookingPresetMenu} from "./booking_presets";

class BookingTypeListController extends ListController {
    static template = "appointment_booking.TypeList";
    static components = {...ListController.components, BookingPresetMenu};
}

class BookingTypeListRenderer extends ListRenderer {
    static template = "appointment_booking.TypeListRenderer";
    static components = {...ListRenderer.components, BookingPresetCards};
}

class BookingTypeKanbanController extends KanbanController {
    static template = "appointment_booking.TypeKanban";
    static components = {...KanbanController.components, BookingPresetMenu};
}

class BookingTypeKanbanRenderer extends KanbanRenderer {
    static template = "appointment_booking.TypeKanbanRenderer";
    static components = {...KanbanRenderer.components, BookingPresetCards};
}

registry.category("views").add("booking_type_list", {
    ...listView,
    Controller: BookingTypeListController,
    Renderer: BookingTypeListRenderer,
});

registry.category("views").add("booking_type_kanban", {
    ...kanbanView,
    Controller: BookingTypeKanbanController,
    Renderer: BookingTypeKanbanRenderer,
});
