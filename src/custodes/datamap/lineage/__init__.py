"""Where does a column's value come from, and where does it go, as the company's own SQL says it?"""
