// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
//
// How Sphinx's search ranks what it finds: its own weights, but texts come before files.
// ("var", as searchtools.js declares it again.)
var Scorer = {
	objNameMatch: 11,
	objPartialMatch: 6,
	objPrio: { 0: 15, 1: 5, 2: -5 },
	objPrioDefault: 0,
	title: 15,
	partialTitle: 7,
	term: 5,
	partialTerm: 2,
	// The title of a page that shows a file is its path.
	score: ([page, title, , , score]) => (title === page ? score / 2 : score),
};
