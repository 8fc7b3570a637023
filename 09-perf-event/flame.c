// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A flame graph (Brendan Gregg's invention): a bar for each function, as wide as its share of
 * the samples, on the bar of who called it. What is wide at the top is where the time goes.
 *
 * Each bar is an <svg> inside the <svg>: places and widths are in percent, so that the picture
 * fills any window while letters keep their size, and what is too long for its bar is clipped.
 * The few lines of script only zoom; without them nothing is missing.
 */
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "flame.h"

#define BAR_HEIGHT    18
#define HEADER	      56 /* the two lines above the picture */
#define MARGIN	      10
#define LEAST_PERCENT 0.02 /* a quarter of a pixel: what is narrower is left out */

static const char head[] =
	"<style>\n"
	"  text { font: 12px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1b1b1b }\n"
	"  .title { font: bold 15px 'DejaVu Sans', Helvetica, Arial, sans-serif }\n"
	"  .legend { font: 12px 'DejaVu Sans', Helvetica, Arial, sans-serif }\n"
	"  .paper { fill: #ffffff }\n"
	"  .bar rect { stroke: #ffffff; stroke-width: 1 }\n"
	"  .bar:hover rect { stroke: #000000 }\n"
	"  .bar { cursor: pointer }\n"
	"  .narrow text { display: none }\n"
	"  @media (prefers-color-scheme: dark) {\n"
	"    .paper { fill: #16181c }\n"
	"    .title, .legend { fill: #e6e6e6 }\n"
	"    .bar rect { stroke: #16181c }\n"
	"    .bar:hover rect { stroke: #ffffff }\n"
	"  }\n"
	"</style>\n";

/* A click makes a bar as wide as the window, and those below it too; the lowest shows all. */
static const char script[] =
	"<script>\n"
	"  const number = (bar, name) => parseFloat(bar.getAttribute(name));\n"
	"  const bars = [...document.querySelectorAll('.bar')].map(bar =>\n"
	"    ({ bar, x: number(bar, 'x'), y: number(bar, 'y'), width: number(bar, 'width') }));\n"
	"  function zoom(to) {\n"
	"    for (const { bar, x, y, width } of bars) {\n"
	"      const below = y >= to.y;\n"
	"      const outside = below ? x - to.x > 1e-4 || to.x + to.width - x - width > 1e-4 :\n"
	"        to.x - x > 1e-4 || x + width - to.x - to.width > 1e-4;\n"
	"      const wide = below ? 100 : 100 * width / to.width;\n"
	"      bar.style.display = outside ? 'none' : '';\n"
	"      bar.setAttribute('x', (below ? 0 : 100 * (x - to.x) / to.width) + '%');\n"
	"      bar.setAttribute('width', wide + '%');\n"
	"      bar.classList.toggle('narrow', 30 > wide / 100 * innerWidth);\n"
	"    }\n"
	"  }\n"
	"  for (const each of bars)\n"
	"    each.bar.addEventListener('click', () => zoom(each));\n"
	"</script>\n";

struct picture {
	FILE *out;
	double total;  /* samples */
	size_t height; /* levels */
};

/*
 * Print @text so that it is text to an XML parser, whatever somebody called his process.
 * print_text() leaves no control bytes or broken UTF-8; XML also knows no U+FFFE and U+FFFF.
 */
static void print_xml(FILE *out, const char *text)
{
	char *plain = NULL, *c;
	size_t size;
	FILE *memory = open_memstream(&plain, &size);

	if (!memory)
		die("cannot draw the flame graph");
	print_text(memory, text, strlen(text));
	fclose(memory);
	for (c = plain; *c; c++) {
		if (*c == '&')
			fputs("&amp;", out);
		else if (*c == '<')
			fputs("&lt;", out);
		else if (*c == '>')
			fputs("&gt;", out);
		else if (!strncmp(c, "\xef\xbf\xbe", 3) || !strncmp(c, "\xef\xbf\xbf", 3))
			fprintf(out, "\\uff%s", c[2] == '\xbe' ? "fe" : "ff"), c += 2;
		else
			fputc(*c, out);
	}
	free(plain);
}

enum side { ALL,
	    PROCESS,
	    USER,
	    KERNEL,
	    UNKNOWN };

/* A colour for @name: always the same one, bright enough for dark letters. */
static unsigned int colour(const char *name, enum side side)
{
	unsigned int hash = 5381, a, b;

	for (; *name; name++)
		hash = hash * 33 ^ (unsigned char)*name;
	a = hash >> 8 & 31;
	b = hash >> 16 & 31;
	switch (side) {
	case ALL:
		return 0xd5d5d5;
	case PROCESS:
		return (150 + a) << 16 | 208 << 8 | (140 + b);
	case USER:
		return 250 << 16 | (150 + 2 * a) << 8 | (85 + b);
	case KERNEL:
		return (125 + a) << 16 | (180 + b) << 8 | 238;
	default:
		return 0xb9b9b9;
	}
}

static void draw_bar(const struct picture *picture, const char *name, enum side side, size_t level,
		     double start, double count)
{
	static const char *const sides[] = { "", "process, ", "user, ", "kernel, ", "" };
	double percent = 100 * count / picture->total;

	fprintf(picture->out, "<svg class=\"bar%s\" x=\"%.4f%%\" y=\"%zu\" width=\"%.4f%%\" height=\"%d\"><title>",
		percent < 2 ? " narrow" : "", 100 * start / picture->total,
		HEADER + (picture->height - 1 - level) * BAR_HEIGHT, percent, BAR_HEIGHT);
	print_xml(picture->out, name);
	fprintf(picture->out, " (%s%.0f samples, %.2f%%)</title><rect width=\"100%%\" height=\"100%%\" "
			      "rx=\"3\" fill=\"#%06x\"/><text x=\"4\" y=\"13\">",
		sides[side], count, percent,
		colour(name, side));
	print_xml(picture->out, name);
	fprintf(picture->out, "</text></svg>\n");
}

/* Draw the @n events, which agree in all levels below @level, from sample @start on. */
static void draw(const struct picture *picture, struct event **events, size_t n, size_t level,
		 double start)
{
	size_t end;

	for (size_t i = 0; i < n; i = end) {
		const char *name;
		double count = events[i]->count;
		enum side side;

		end = i + 1;
		if (level >= levels(events[i])) { /* a stack that ends here */
			start += count;
			continue;
		}
		name = name_at(events[i], level);
		for (; end < n && level < levels(events[end]) &&
		       !strcmp(name_at(events[end], level), name);
		     end++)
			count += events[end]->count;
		side = !level ? PROCESS : *name == '[' && name[strlen(name) - 1] == ']'	   ? UNKNOWN :
				  levels(events[i]) - 1 - level < events[i]->kernel_frames ? KERNEL :
											     USER;
		if (count / picture->total * 100 >= LEAST_PERCENT) {
			draw_bar(picture, name, side, level + 1, start, count);
			draw(picture, events + i, end - i, level + 1, start);
		}
		start += count;
	}
}

void draw_flame_graph(FILE *out, const char *title, const struct stacks *stacks)
{
	struct event **events = stacks->events;
	static const struct {
		enum side side;
		const char *name;
	} legend[] = { { PROCESS, "process" }, { USER, "user" }, { KERNEL, "kernel" }, { UNKNOWN, "not known" } };
	struct picture picture = { .out = out, .total = stacks->samples };
	size_t height;

	for (size_t i = 0; i < stacks->count; i++) {
		if (levels(events[i]) > picture.height)
			picture.height = levels(events[i]);
	}
	picture.height++; /* the bar below all others */
	height = HEADER + picture.height * BAR_HEIGHT + MARGIN;

	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" height=\"%zu\">\n%s"
		     "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n"
		     "<text class=\"title\" x=\"%d\" y=\"22\">",
		height, head, MARGIN);
	print_xml(out, title);
	fprintf(out, "</text>\n");
	for (size_t i = 0; i < sizeof(legend) / sizeof(*legend); i++)
		fprintf(out, "<rect x=\"%zu\" y=\"33\" width=\"12\" height=\"12\" rx=\"3\" fill=\"#%06x\"/>"
			     "<text class=\"legend\" x=\"%zu\" y=\"43\">%s</text>\n",
			MARGIN + i * 90,
			colour("legend", legend[i].side), MARGIN + 17 + i * 90, legend[i].name);
	fprintf(out, "<text class=\"legend\" x=\"%zu\" y=\"43\">a bar as wide as its share of the samples, "
		     "above its caller; click one to zoom</text>\n",
		(size_t)MARGIN + 4 * 90 + 20);
	if (stacks->count) {
		draw_bar(&picture, "all", ALL, 0, 0, picture.total);
		draw(&picture, events, stacks->count, 0, 0);
	}
	fprintf(out, "%s</svg>\n", script);
}
