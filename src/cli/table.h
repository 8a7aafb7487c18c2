// Rows in aligned columns, as wide as their content.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"

namespace slotwarden::cli {

struct Cell {
  std::string text;
  Paint paint = Paint::plain;
};

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as there are columns.
  void row(std::vector<Cell> cells) { lines_.push_back({std::move(cells), {}}); }
  // An indented line that takes no part in the columns.
  void below(Cell sentence) { lines_.push_back({{}, std::move(sentence)}); }

  // With the titles when `titles` is set. Nothing at the end of a line but its text.
  void print(const Console& c, bool titles = true, std::size_t indent = 0) const;

 private:
  struct Line {
    std::vector<Cell> cells;  // empty: a sentence
    Cell sentence;
  };
  std::vector<Column> columns_;
  std::vector<Line> lines_;
};

}  // namespace slotwarden::cli
