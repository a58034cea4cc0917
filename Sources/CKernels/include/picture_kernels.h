// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#ifndef PICTURE_KERNELS_H
#define PICTURE_KERNELS_H

#include <stdint.h>

/// What the side of a picture for `ck_two_thirds` must be a multiple of.
#define CK_TWO_THIRDS_STEP 12

/// Two thirds of a picture's rows and columns, by the triangle filter of Pillow's `BILINEAR`.
///
/// Three rows (columns) become two. The weights are ninths in 1/256: 1, 5, 3 and 3, 5, 1; at the
/// edges the missing neighbour's share goes to the others. Rows are reduced and rounded first. All
/// is in whole numbers, so that every processor gives the same bits.
///
/// The source is side x side pixels of four bytes; the target gets 2/3 side x 2/3 side pixels of
/// three, those of the source but for the last. `line` is working memory for side + 2 pixels.
void ck_two_thirds(const uint32_t *source, long side, uint32_t *line, uint8_t *target);

#endif
