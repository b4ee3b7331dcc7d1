#include <vector>
using namespace std;
using std::string;
using Names = std::vector<string>;

namespace shapes {

/// A shape.
template <typename T>
class Shape : public Base {
public:
    explicit Shape(int size) : size_(size) {}
    virtual ~Shape() = default;
    virtual double area() const = 0;
    bool operator==(const Shape &other) const { return size_ == other.size_; }

private:
    int size_;
    static const int LIMIT = 10;
};

constexpr int kLimit = 3;
template <typename T>
concept Sized = requires(T t) { t.size(); };

}  // namespace shapes

struct Point { int x, y; };

// Scales it.
double shapes::Circle::scale(
    double by) const {
    if (by < 0) throw std::invalid_argument("größe");
    try { return std::max<double>(by, area()); } catch (const Failed &problem) { return make_unique<Point>(1); }
}

Point &origin();
auto lambda = [](int x) { return x; };
