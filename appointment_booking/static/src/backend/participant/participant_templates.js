import {MailComposerTemplateSelector} from "@mail/core/web/mail_composer_template_selector";
import {patch} from "@web/core/utils/patch";
import {user} from "@web/core/user";

/** An e-mail to all participants starts from templates that are for all of them. */
patch(MailComposerTemplateSelector.prototype, {
    async fetchTemplates() {
        const forAll = this.props.record.evalContext.context?.booking_template_domain;
        if (!forAll) {
            return super.fetchTemplates();
        }
        this.state.templates = await this.orm.searchRead(
            "mail.template",
            [
                ["model", "=", this.props.record.data.render_model],
                ["user_id", "in", [user.userId, false]],
                ...forAll,
            ],
            ["display_name"],
            {limit: this.limit}
        );
    },
});
