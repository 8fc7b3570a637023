# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# awk -f pages.awk LIST LARGE: make Sphinx's pages of the tree in the current directory. LIST names
# its text files, sorted; LARGE those that are too large for a page.

# What path @path of a link in directory @dir ("" or "a/b/") means, seen from the top: without . and
# .., and without a slash at the end; "." is the top.
function absolute(dir, path,   parts, count, i, top, result) {
	count = split(dir path, parts, "/")
	for (i = 1; i <= count; i++)
		if (parts[i] == ".." && top > 0)
			top--
		else if (parts[i] != "" && parts[i] != ".")
			parts[++top] = parts[i]
	for (i = 1; i <= top; i++)
		result = result (i > 1 ? "/" : "") parts[i]
	return result == "" ? "." : result
}

function directory(path) {
	return sub(/[^\/]*$/, "", path) ? path : ""
}

# The way up from directory @dir to the top.
function up(dir) {
	gsub(/[^\/]+/, "..", dir)
	return dir
}

# The page of path @path (absolute), or "" if there is none. An image, and what is large, is itself.
function page_of(path) {
	if (path in is_dir)
		return (path == "." ? "" : path "/") ((path "/README.md" in is_file || path == ".") ? "index.md" : "files.md")
	if (path in is_large || path ~ /\.svg$/)
		return path
	if (!(path in is_file))
		return ""
	if (path ~ /(^|\/)README\.md$/)
		return directory(path) "index.md"
	return path ~ /\.md$/ ? path : path ".md"
}

# The target @target of a link in directory @dir, to the page rather than to the file.
function relink(dir, target,   path, anchor, page) {
	if (target ~ /^[a-z]+:/ || target ~ /^#/)
		return target
	if (match(target, /#.*/)) {
		anchor = substr(target, RSTART)
		target = substr(target, 1, RSTART - 1)
	}
	page = page_of(absolute(dir, target))
	return (page == "" ? target : up(dir) page) anchor
}

# The page of what the words @words of a text in directory @dir name: a file there or in the tree.
function named(dir, words,   path, page) {
	if (words !~ /^[A-Za-z0-9_.\/-]*[.\/][A-Za-z0-9_.\/-]*$/ || words ~ /^[.\/]+$/)
		return ""
	path = absolute(dir, words)
	page = page_of(path)
	if (page == "" || path == ".") {
		path = absolute("", words)
		page = page_of(path)
	}
	return page == "" || path == "." || path == here ? "" : up(dir) page
}

# Line @line of a text in directory @dir, with the links led to pages, and with links where it names
# a file in backquotes, or an example. @depth is how many brackets are open: no link is in a link.
function link_line(dir, line,   result, token, rest, end, page) {
	while (match(line, /`+|\]\([^) ]*|[][]|[0-9][0-9]-[a-z-]+/)) {
		token = substr(line, RSTART, RLENGTH)
		result = result substr(line, 1, RSTART - 1)
		rest = substr(line, RSTART + RLENGTH)
		if (token ~ /^`/ && (end = index(rest, token))) {
			page = depth ? "" : named(dir, substr(rest, 1, end - 1))
			token = token substr(rest, 1, end - 1) token
			rest = substr(rest, end + length(substr(token, 1, match(token, /[^`]/) - 1)))
			if (page != "")
				token = "[" token "](" page ")"
		} else if (token ~ /^\]\(/) {
			depth = depth ? depth - 1 : 0
			token = "](" relink(dir, substr(token, 3))
		} else if (token == "[") {
			depth++
		} else if (token == "]") {
			depth = depth ? depth - 1 : 0
		} else if (!depth && token in is_dir && absolute(dir, "") != token && result !~ /[A-Za-z0-9_\/-]$/) {
			token = "[" token "](" up(dir) page_of(token) ")"
		}
		result = result token
		line = rest
	}
	return result line
}

# The page of the Markdown file @path.
function text_page(path,   dir, page, lines, size, i, line, fence, file) {
	here = path
	dir = directory(path)
	page = page_of(path)
	depth = 0
	while ((getline line <path) > 0)
		lines[++size] = line
	close(path) # it may be the page itself
	for (i = 1; i <= size; i++) {
		line = lines[i]
		if (line ~ /^ *```/) {
			fence = !fence
			# A block that says whose lines it has.
			if (fence && split(line, file, " ") == 2 && named("", file[2]) != "") {
				match(line, /^ */)
				printf "%s[`%s`](%s)\n\n", substr(line, 1, RLENGTH), file[2], up(dir) page_of(file[2]) >page
			}
		} else if (!fence && line !~ /^#/) {
			if (line ~ /^ *$/)
				depth = 0
			line = link_line(dir, line)
		}
		print line >page
	}
	if (path == "README.md")
		contents(page)
	else if (page ~ /index\.md$/ && absolute("", dir) in names_in)
		printf "\n## Files\n\n%s\n", list_of(dir, dir) >page
	close(page)
}

# The page that shows file @path.
function source_page(path,   name, line, language) {
	name = path
	sub(/.*\//, "", name)
	getline line <path
	close(path)
	language = "none"
	if (name ~ /\.[ch]$/)
		language = "c"
	else if (name ~ /\.sh$/ || line ~ /^#!.*sh/)
		language = "sh"
	else if (name ~ /^Makefile$|\.mk$/)
		language = "make"
	else if (name ~ /\.awk$/)
		language = "awk"
	else if (name ~ /\.py$/)
		language = "python"
	else if (name ~ /\.css$/)
		language = "css"
	else if (name ~ /\.js$/)
		language = "js"
	printf "---\norphan: true\n---\n# %s\n\n%s\n\n```{literalinclude} %s\n:language: %s\n```\n", \
		path, list_of(directory(path), directory(path), name), name, language >(path ".md")
	close(path ".md")
}

# The files in directory @dir, in a line of links from a page in @from; but @name, the one that is
# shown, is bold, and then the directory comes first.
function list_of(from, dir, name,   result, i, count, names) {
	if (name != "")
		result = link(from, dir == "" ? "all files" : dir, dir == "" ? "files.md" : page_of(absolute("", dir))) " "
	count = split(names_in[absolute("", dir)], names, "/")
	for (i = 1; i <= count; i++)
		result = result (names[i] == name ? "**`" name "`**" : link(from, "`" names[i] "`", page_of(dir names[i]))) " "
	return result
}

function link(from, text, page) {
	return "[" text "](" up(from) page ")"
}

# The page of directory @path, which has no README.
function directory_page(path,   page) {
	page = path "/files.md"
	printf "---\norphan: true\n---\n# %s/\n\n[all files](%sfiles.md)\n\n%s\n", path, up(path "/"), list_of(path "/", path "/") >page
	close(page)
}

# The title of Markdown file @path.
function title_of(path,   line) {
	while ((getline line <path) > 0 && line !~ /^# /)
		;
	close(path)
	return substr(line, 3)
}

function toctree(caption, entries, page) {
	if (entries != "")
		printf "\n```{toctree}\n:hidden:\n:caption: %s\n\n%s```\n", caption, entries >page
}

# An entry of Markdown file @path for the navigation, once. An example's is short: "NN-topic: tool".
function entry(path,   title) {
	if (path == "README.md" || path in has_entry)
		return ""
	has_entry[path]
	title = title_of(path)
	if (path ~ /^[0-9][0-9]-/)
		sub(/,.*/, "", title)
	return title " <" page_of(path) ">\n"
}

# The navigation of the whole site, from the front page: the examples, then what docs/README.md lists
# in its order, then all other texts, then the sources.
function contents(page,   i, entries, line, target) {
	for (i = 1; i <= count; i++)
		if (files[i] ~ /^[0-9][0-9]-[^\/]*\/README\.md$/)
			entries = entries entry(files[i])
	toctree("The examples", entries, page)
	entries = entry("docs/README.md")
	while ((getline line <"docs/README.md") > 0)
		if (match(line, /^\| \[[^]]*\]\([^)]*/)) {
			target = substr(line, RSTART, RLENGTH)
			sub(/.*\(/, "", target)
			target = absolute("docs/", target)
			if (target in is_dir)
				target = target "/README.md"
			if (target in is_file)
				entries = entries entry(target)
		}
	close("docs/README.md")
	toctree("What spans them", entries, page)
	entries = ""
	for (i = 1; i <= count; i++)
		if (files[i] ~ /\.md$/)
			entries = entries entry(files[i])
	toctree("What is beside them", entries "All files <files.md>\n", page)
}

{
	if (FILENAME == ARGV[2])
		is_large[$0]
	else
		is_file[files[++count] = $0]
	name = dir = $0
	sub(/.*\//, "", name)
	dir = absolute("", directory($0))
	if (name !~ /\.(md|svg)$/) {
		if (!(dir in names_in))
			dirs[++dir_count] = dir
		names_in[dir] = names_in[dir] (names_in[dir] == "" ? "" : "/") name
	}
	for (; !(dir in is_dir); dir = absolute("", directory(dir)))
		is_dir[dir]
}

END {
	for (i = 1; i <= count; i++)
		if (files[i] ~ /\.md$/)
			text_page(files[i])
		else if (files[i] !~ /\.svg$/)
			source_page(files[i])
	print "# All files" >"files.md"
	for (i = 1; i <= dir_count; i++) {
		if (page_of(dirs[i]) ~ /files\.md$/)
			directory_page(dirs[i])
		dir = dirs[i] == "." ? "" : dirs[i] "/"
		printf "\n## %s\n\n%s\n", dir == "" ? "at the top" : dir, list_of("", dir) >"files.md"
	}
}
