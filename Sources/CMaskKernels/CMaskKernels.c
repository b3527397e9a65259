#include "CMaskKernels.h"

#include <stdbool.h>
#include <string.h>

// The processors that a function is compiled for, best first at start.
#if defined(__x86_64__) && defined(__linux__)
#define EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EACH_PROCESSOR
#endif
#define INLINE static inline __attribute__((always_inline))

typedef uint8_t bytes64 __attribute__((ext_vector_type(64)));
typedef uint16_t halves64 __attribute__((ext_vector_type(64)));
typedef uint32_t words64 __attribute__((ext_vector_type(64)));
typedef uint64_t words8 __attribute__((ext_vector_type(8)));
typedef bool bits64 __attribute__((ext_vector_type(64)));

INLINE uint64_t collected(bits64 bits) {
  uint64_t word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

// MARK: Ranges

#define RANGES(NAME, SCALAR, VECTOR)                                                                              \
  EACH_PROCESSOR                                                                                                  \
  void NAME(const SCALAR *codes, size_t words, const mask_range *ranges, size_t count, uint64_t *plane) {         \
    for (size_t word = 0; word < words; word++) {                                                                 \
      VECTOR lanes;                                                                                               \
      memcpy(&lanes, codes + 64 * word, sizeof lanes);                                                            \
      uint64_t bits = 0;                                                                                          \
      for (size_t range = 0; range < count; range++)                                                              \
        bits |= collected(__builtin_convertvector(                                                                \
          (VECTOR)(lanes - (SCALAR)ranges[range].low) <= (SCALAR)ranges[range].extent, bits64));                     \
      plane[word] = bits;                                                                                         \
    }                                                                                                             \
  }

RANGES(mask_ranges8, uint8_t, bytes64)
RANGES(mask_ranges16, uint16_t, halves64)
RANGES(mask_ranges32, uint32_t, words64)

// MARK: Tables

// Bit `p` of each of 64 numbers becomes word `p`.
INLINE void spread(const uint32_t *numbers, size_t count, uint64_t *planes) {
  words64 lanes;
  memcpy(&lanes, numbers, sizeof lanes);
  for (size_t first = 0; first < count; first += 8) {
    bytes64 bytes = __builtin_convertvector(lanes >> (uint32_t)first, bytes64);
    size_t last = count - first < 8 ? count - first : 8;
    for (size_t bit = 0; bit < last; bit++)
      planes[(first + bit) * mask_words] =
        collected(__builtin_convertvector((bytes & (uint8_t)(1 << bit)) != 0, bits64));
  }
}

#define TABLE(NAME, SCALAR)                                                                                       \
  EACH_PROCESSOR                                                                                                  \
  void NAME(const SCALAR *codes, size_t words, const uint32_t *table, size_t count, uint64_t *planes) {           \
    for (size_t word = 0; word < words; word++) {                                                                 \
      uint32_t numbers[64];                                                                                       \
      for (size_t row = 0; row < 64; row++) numbers[row] = table[codes[64 * word + row]];                         \
      spread(numbers, count, planes + word);                                                                      \
    }                                                                                                             \
  }

TABLE(mask_table8, uint8_t)
TABLE(mask_table16, uint16_t)
TABLE(mask_table32, uint32_t)

// MARK: Instructions

EACH_PROCESSOR
void mask_run(
  uint64_t *planes, const uint32_t *instructions, size_t length, size_t rows, int64_t *counts, uint64_t *output,
  size_t stride) {
  uint64_t result[mask_words];
  const uint32_t *end = instructions + length;
  while (instructions < end) {
    uint32_t head = *instructions++;
    uint32_t count = *instructions++;
    words8 parts[4] = {~(words8){}, ~(words8){}, ~(words8){}, ~(words8){}};
    for (const uint32_t *last = instructions + count; instructions < last; instructions++) {
      const uint64_t *source = planes + (size_t)(*instructions >> 1) * mask_words;
      words8 inverted = (words8)(-(uint64_t)(*instructions & 1));
      for (int part = 0; part < 4; part++) {
        words8 bits;
        memcpy(&bits, source + 8 * part, sizeof bits);
        parts[part] &= bits ^ inverted;
      }
    }
    words8 inverted = (words8)(-(uint64_t)(head & 1));
    for (int part = 0; part < 4; part++) parts[part] ^= inverted;
    uint32_t number = head >> 2;
    if (!(head & 2)) {
      memcpy(planes + (size_t)number * mask_words, parts, sizeof parts);
      continue;
    }
    memcpy(result, parts, sizeof result);
    if (rows < mask_rows) {
      for (size_t word = 0; word < mask_words; word++) {
        size_t first = 64 * word;
        if (rows < first + 64) result[word] &= rows > first ? ((uint64_t)1 << (rows - first)) - 1 : 0;
      }
    }
    int64_t found = 0;
    for (int word = 0; word < mask_words; word++) found += __builtin_popcountll(result[word]);
    counts[number] += found;
    if (output) memcpy(output + number * stride, result, sizeof result);
  }
}

// MARK: Powers

// 2^exponent for exponents up to 0; 0 below the smallest normal number.
INLINE double power_of_two(double exponent) {
// A product and a sum in one step would be rounded once instead of twice.
#pragma clang fp contract(off)
  const double rounder = 6755399441055744.0;
  bool is_small = !(exponent >= -1022);
  double power = is_small ? 0 : exponent;
  // The whole number stands in the lowest bits of the sum that rounds it.
  double rounded = power + rounder;
  double x = (power - (rounded - rounder)) * 0.6931471805599453094;
  double sum = 1 / 6227020800.0;
  sum = sum * x + 1 / 479001600.0;
  sum = sum * x + 1 / 39916800.0;
  sum = sum * x + 1 / 3628800.0;
  sum = sum * x + 1 / 362880.0;
  sum = sum * x + 1 / 40320.0;
  sum = sum * x + 1 / 5040.0;
  sum = sum * x + 1 / 720.0;
  sum = sum * x + 1 / 120.0;
  sum = sum * x + 1 / 24.0;
  sum = sum * x + 1 / 6.0;
  sum = sum * x + 0.5;
  sum = sum * x + 1;
  sum = sum * x + 1;
  uint64_t bits;
  memcpy(&bits, &rounded, sizeof bits);
  bits = (bits + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return is_small ? 0 : sum * scale;
}

EACH_PROCESSOR
void decay_weights(const int64_t *times, size_t count, int64_t now, double half_life, double *weights) {
  for (size_t row = 0; row < count; row++) {
    int64_t age = (int64_t)((uint64_t)now - (uint64_t)times[row]);
    double weight = power_of_two(-(double)age / half_life);
    weights[row] = age <= 0 ? 1 : weight;
  }
}

EACH_PROCESSOR
void diminish(const double *numbers, size_t count, double half_at, double *results) {
  for (size_t row = 0; row < count; row++) {
    double number = numbers[row];
    double result = 1 - power_of_two(-(number > 0 ? number : 0) / half_at);
    results[row] = number == number ? result : number;
  }
}
