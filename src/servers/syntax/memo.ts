/** Computes something once for each object, also when it comes to `undefined`. */
export function once<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { value: Value }>();
  return (key) => {
    const cached = known.get(key) ?? { value: compute(key) };
    known.set(key, cached);
    return cached.value;
  };
}
