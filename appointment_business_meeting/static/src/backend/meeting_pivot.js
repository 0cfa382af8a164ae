import {pivotView} from "@web/views/pivot/pivot_view";
import {registry} from "@web/core/registry";

/** Leaves a cell empty where there is nothing to average: no answer yet is not an acceptance of 0 %. */
class MeetingPivotModel extends pivotView.Model {
    _getMeasurements(group, config) {
        const measurements = super._getMeasurements(group, config);
        for (const [name, value] of Object.entries(measurements)) {
            if (value === false) {
                delete measurements[name];
            }
        }
        return measurements;
    }
}

registry
    .category("views")
    .add("business_meeting_pivot", {...pivotView, Model: MeetingPivotModel});
