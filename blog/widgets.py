"""The author's editor: django-markdownx's widget, its preview in the page's own style."""

from markdownx.widgets import AdminMarkdownxWidget


class EditorWidget(AdminMarkdownxWidget):
    """Without the package's stylesheet, whose rules would win over the page's."""

    class Media:
        extend = False
        css = {"all": ["css/prose.css", "css/editor.css"]}
        js = ["markdownx/js/markdownx.min.js"]
