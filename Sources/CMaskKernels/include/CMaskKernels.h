// Kernels over masks: a bit for each row, 64 rows to a word, 32 words to a block.
//
// Beside them powers of many numbers at once.
//
// C, since Swift has no operation that collects one bit of each lane of a vector, and compiles one version of a
// function for one kind of processor; here each function is compiled for three and the program takes the best at
// start. What that gains, on an AMD EPYC with AVX-512, one thread, as `scripts/microbenchmarks` measures it:
//
//   for 64 rows                           C        plain Swift
//   one range of 8-bit codes              0.72 ns  4.1 ns
//   32 planes of a table                  28 ns    91 ns
//   `and` of 4 planes, counted            0.55 ns  1.4 ns
#ifndef CMASKKERNELS_H
#define CMASKKERNELS_H

#include <stddef.h>
#include <stdint.h>

enum { mask_words = 32, mask_rows = 64 * mask_words };

// The codes `low ... low + extent`; with arithmetic that wraps, as the codes' own type does.
typedef struct {
  uint32_t low;
  uint32_t extent;
} mask_range;

// Writes a bit for each of `words` × 64 codes: whether the code is in one of the ranges.
void mask_ranges8(const uint8_t *codes, size_t words, const mask_range *ranges, size_t count, uint64_t *plane);
void mask_ranges16(const uint16_t *codes, size_t words, const mask_range *ranges, size_t count, uint64_t *plane);
void mask_ranges32(const uint32_t *codes, size_t words, const mask_range *ranges, size_t count, uint64_t *plane);

// Writes `count` planes, one after another from `planes` on, `mask_words` words each: a row's bit in plane `p` is bit
// `p` of what the table has for the row's code.
void mask_table8(const uint8_t *codes, size_t words, const uint32_t *table, size_t count, uint64_t *planes);
void mask_table16(const uint16_t *codes, size_t words, const uint32_t *table, size_t count, uint64_t *planes);
void mask_table32(const uint32_t *codes, size_t words, const uint32_t *table, size_t count, uint64_t *planes);

// Runs instructions over the planes of one block. An instruction is a head, a number of sources, and the sources. A
// source is twice the number of its plane, plus 1 where the plane's opposite is meant. The instruction makes the rows
// where all sources are yes; the head is four times a number, plus 1 where the opposite is meant, plus 2 where the
// number is that of a result rather than of a plane.
//
// Of a result the first `rows` rows count: their number is added to `counts`, and the words are written to
// `output + number * stride` unless `output` is null.
void mask_run(
  uint64_t *planes, const uint32_t *instructions, size_t length, size_t rows, int64_t *counts, uint64_t *output,
  size_t stride);

// Writes 2^(−age/half_life) for each of `count` times, where what lies ahead counts as now; in milliseconds. To the bit
// what the same sums and products give one by one.
void decay_weights(const int64_t *times, size_t count, int64_t now, double half_life, double *weights);

// Writes 1 − 2^(−number/half_at) for each of `count` numbers, where what is below 0 counts as 0; NaN stays NaN.
void diminish(const double *numbers, size_t count, double half_at, double *results);

#endif
