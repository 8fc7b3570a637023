// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Nothing here runs: clang describes the types of these variables as BTF. */
#include "types.h"

#define DESCRIBE(name) struct name *name

DESCRIBE(integers);
DESCRIBE(unaligned);
DESCRIBE(texts);
DESCRIBE(enums);
DESCRIBE(wide_enums);
DESCRIBE(bit_fields);
DESCRIBE(packed_bit_fields);
DESCRIBE(nested);
DESCRIBE(starts_anonymous);
DESCRIBE(nothing);
DESCRIBE(typedefs);
DESCRIBE(floats);
DESCRIBE(formats);
DESCRIBE(user_formats);
DESCRIBE(ends_in_text);
DESCRIBE(ends_in_flexible_text);
DESCRIBE(ends_in_numbers);
DESCRIBE(ends_in_flexible_structs);
DESCRIBE(ends_in_formatted);
DESCRIBE(ends_in_number);
DESCRIBE(ends_in_bits);
DESCRIBE(flexible_bytes);
DESCRIBE(has_union);
DESCRIBE(has_anonymous_union);
DESCRIBE(has_int128);
DESCRIBE(event);
