# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# awk -f links.awk LIST PAGE...: LIST names all files of a site, PAGEs are its HTML pages, all as seen
# from its top, where this runs. Print what they lack: a link's target or its #fragment; a resource
# that is the site's own; a title, the sidebar, a way to the front page, and a way on: the previous
# or next page, or the directory of the file that it shows. (The search makes its own.) Status 1 if
# something is lacking.
# (Each < begins a record; Sphinx writes attributes as name="value", in small letters.)
BEGIN {
	RS = "<"
}

function complain(page, what) {
	print page ": " what
	failed = 1
}

function attribute(name,   value) {
	if (!match($0, "[ \n]" name "=\"[^\"]*"))
		return ""
	value = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
	gsub(/&amp;/, "\\&", value)
	return value
}

# What @path means in page @page, seen from the top.
function absolute(page, path,   parts, count, i, top, result) {
	sub(/[^\/]*$/, "", page)
	count = split(page path, parts, "/")
	for (i = 1; i <= count; i++)
		if (parts[i] == "..")
			top--
		else if (parts[i] != "" && parts[i] != ".")
			parts[++top] = parts[i]
	for (i = 1; i <= top; i++)
		result = result (i > 1 ? "/" : "") parts[i]
	return result
}

# Remember the target @target of page @page, to look for it when all is read.
function target_of(page, target,   path, anchor) {
	anchor = ""
	if (match(target, /#.*/)) {
		anchor = substr(target, RSTART + 1)
		target = substr(target, 1, RSTART - 1)
	}
	sub(/\?.*/, "", target)
	path = target == "" ? page : absolute(page, target)
	links[page, path]
	if (!((path "#" anchor) in wanted_by))
		wanted_by[path "#" anchor] = page
}

FILENAME == ARGV[1] {
	count = split($0, names, "\n")
	for (i = 1; i <= count; i++)
		is_file[names[i]]
	next
}

FNR == 1 {
	pages[FILENAME]
}

{
	if ((id = attribute("id")) != "")
		ids[FILENAME "#" id]
	if ((href = attribute("href")) != "" && $1 != "link" && href ~ /^[a-z]+:/)
		next # another site, for who follows it
	source = attribute("src")
	if ((href source) ~ /^([a-z]+:)?\/\//)
		complain(FILENAME, "is not whole without " href source)
	else if (href != "")
		target_of(FILENAME, href)
	else if (source != "")
		target_of(FILENAME, source)
	if (/^title>./ || /^h1>./)
		has[FILENAME, $1 ~ /^h1/ ? "heading" : "title"]
	class = attribute("class")
	if (class ~ /^(sidebar-brand|sidebar-tree|sidebar-search|next-page|prev-page)$/)
		has[FILENAME, class]
}

END {
	for (link in wanted_by) {
		path = anchor = link
		sub(/#.*/, "", path)
		sub(/[^#]*#/, "", anchor)
		if (!(path in is_file))
			complain(wanted_by[link], "no file " path)
		else if (anchor != "" && !(link in ids))
			complain(wanted_by[link], "no anchor " link)
	}
	for (page in pages) {
		if (!((page, "title") in has) || (!((page, "heading") in has) && page != "search.html"))
			complain(page, "no title")
		if (!((page, "index.html") in links) || !((page, "sidebar-brand") in has))
			complain(page, "no way to the front page")
		if (!((page, "sidebar-tree") in has) || !((page, "sidebar-search") in has))
			complain(page, "no sidebar")
		if (!((page, "next-page") in has) && !((page, "prev-page") in has) && page != "search.html" &&
		    !((page, absolute(page, "index.html")) in links) && !((page, absolute(page, "files.html")) in links))
			complain(page, "no way on")
	}
	exit failed
}
