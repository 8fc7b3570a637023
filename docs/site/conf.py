# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Sphinx's configuration for docs/site/build.

project = html_title = "hello-libbpf"
extensions = ["myst_parser", "sphinx_copybutton"]
exclude_patterns = [".doctrees"]

# Markdown as on GitHub: headings have its anchors, and quotes and dashes stay as they are written.
myst_heading_anchors = 6
myst_ref_domains = ["std"]
smartquotes = False
highlight_language = "none"
# Pygments does not know every dialect; what it cannot parse is shown without colours.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_search_scorer = "scorer.js"
pygments_style = "default"
pygments_dark_style = "github-dark"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
copybutton_prompt_text = "$ "


def setup(app):
    """Make the navigation of the pages that show a file once per directory, where it is the same.
    Making it for each took a third of the time."""
    made = {}

    def reuse(app, page, template, context, doctree):
        make = context.get("toctree")
        where = page.rpartition("/")[0]

        def navigation(**options):
            if where not in made:
                made[where] = make(**options)
            return made[where]

        if make and "orphan" in (context.get("meta") or {}):
            context["toctree"] = navigation

    app.connect("html-page-context", reuse, priority=400)  # before furo's, which has 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
