// bf16 (as uint16_t) and float to float and back, rounded to nearest even.
#pragma once
#include <cstdint>
#include <cstring>

inline float load(uint16_t v) {
  uint32_t u = uint32_t(v) << 16;
  float f;
  std::memcpy(&f, &u, 4);
  return f;
}
inline float load(float v) { return v; }
inline void store(float f, uint16_t& out) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  out = uint16_t((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}
inline void store(float f, float& out) { out = f; }
