"""student_exception (学生の特例): process and tables, no code; see docs/procedures/student_exception.md."""
