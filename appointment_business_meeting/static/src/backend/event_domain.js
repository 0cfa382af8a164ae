import {DomainField, domainField} from "@web/views/fields/domain/domain_field";
import {Domain} from "@web/core/domain";
import {registry} from "@web/core/registry";

/**
 * Conditions on what belongs to one event: what is counted and shown beside them is of that event only.
 *
 * The context of the field says what that is: `within`, a list of domains that all have to hold.
 */
export class EventDomainField extends DomainField {
    getEvaluatedDomain(props = this.props) {
        const domain = super.getEvaluatedDomain(props);
        if (domain.isInvalid) {
            return domain;
        }
        const {within = []} = this.getContext(props);
        return Domain.and([...within, domain]).toList({});
    }
}

registry.category("fields").add("event_domain", {
    ...domainField,
    component: EventDomainField,
});
