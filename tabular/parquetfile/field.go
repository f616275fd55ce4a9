package parquetfile

import (
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/tabular"
)

const (
	// decimalPlaces is how many places an amount of money has at most (contract §9).
	decimalPlaces = 4
	// decimalPrecision is the most digits that fit 16 bytes, and the most that readers with 128-bit decimals take. The 18 digits of
	// an INT64 would leave 14 before the point, which a sum in a small currency may exceed.
	decimalPrecision = 38
	decimalBytes     = 16
)

// newField is a column's field: optional, and of a list optional at both levels.
func newField(c tabular.Column) (schema.Node, error) {
	if !c.List {
		return newPrimitive(c.Name, c.Type)
	}
	element, err := newPrimitive("element", c.Type)
	if err != nil {
		return nil, err
	}
	elements, err := schema.NewGroupNode("list", parquet.Repetitions.Repeated, schema.FieldList{element}, -1)
	if err != nil {
		return nil, err
	}
	return schema.NewGroupNodeLogical(c.Name, parquet.Repetitions.Optional, schema.FieldList{elements}, schema.NewListLogicalType(), -1)
}

// leafPath is the path of the column's values in the schema.
func leafPath(c tabular.Column) string {
	if c.List {
		return c.Name + ".list.element"
	}
	return c.Name
}

func newPrimitive(name string, t tabular.ColumnType) (schema.Node, error) {
	var logical schema.LogicalType = schema.NoLogicalType{}
	physical, length := parquet.Types.ByteArray, -1
	switch t {
	case tabular.IntColumn:
		physical = parquet.Types.Int64
	case tabular.FloatColumn:
		physical = parquet.Types.Double
	case tabular.BoolColumn:
		physical = parquet.Types.Boolean
	case tabular.DecimalColumn:
		physical, length, logical = parquet.Types.FixedLenByteArray, decimalBytes, schema.NewDecimalLogicalType(decimalPrecision, decimalPlaces)
	case tabular.DateColumn:
		physical, logical = parquet.Types.Int32, schema.DateLogicalType{}
	case tabular.TimestampColumn:
		physical, logical = parquet.Types.Int64, schema.NewTimestampLogicalType(true, schema.TimeUnitMicros)
	default:
		logical = schema.StringLogicalType{}
	}
	return schema.NewPrimitiveNodeLogical(name, parquet.Repetitions.Optional, logical, physical, length, -1)
}
